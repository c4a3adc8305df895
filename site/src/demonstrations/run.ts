import { createSandbox, type RecordedRequest, type Sandbox, type SandboxOptions } from '@example/sandbox';

type Fetch = typeof globalThis.fetch;

/** Several clients that get the same job, each with its own copy of the API. */
export interface Scenario {
  /** The API, which is the same for each client. */
  readonly api: SandboxOptions;
  /** Milliseconds that a request takes to reach the API. */
  readonly latency: number;
  readonly prepare?: (sandbox: Sandbox) => void;
  /** Called after each response, with the number of responses so far. */
  readonly afterResponse?: (sandbox: Sandbox, responses: number) => void;
  readonly clients: readonly ScenarioClient[];
}

export interface ScenarioClient {
  readonly name: string;
  /** The file below `clients/` that is shown as its code. */
  readonly file: string;
  readonly perform: (run: ClientRun) => Promise<void>;
}

/** What a run needs from where it runs. */
export interface Environment {
  /** The virtual time in milliseconds. */
  readonly now: () => number;
  /**
   * Holds virtual time while the API works on a request, so that the machine's speed doesn't show in the results. A
   * fault with a latency would wait for ever; delays belong into the demonstration's `latency`.
   */
  readonly holding: (fetch: Fetch) => Fetch;
}

/** How a client reaches its own copy of the API. */
export interface Access {
  readonly baseUrl: string;
  readonly apiToken: string;
}

/** A call that a client was asked to make, and what its caller got. */
export interface Call {
  readonly kind: string;
  /** Milliseconds since the run began, like `settled`. */
  readonly made: number;
  settled: number | undefined;
  outcome: 'waiting' | 'answered' | 'failed';
  /** The error if the call failed. */
  error: unknown;
}

/** A client at work on its own copy of the API. */
export class ClientRun {
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly access: Access;
  readonly calls: Call[] = [];
  isDone = false;
  readonly #now: () => number;
  readonly #startedAt: number;

  constructor(
    name: string,
    address: string,
    { api, latency, prepare, afterResponse }: Scenario,
    environment: Environment,
  ) {
    this.name = name;
    this.sandbox = createSandbox(api);
    this.#startedAt = this.sandbox.clock.now();
    this.#now = environment.now;
    this.access = { baseUrl: `${address}/v1`, apiToken: this.sandbox.apiToken };
    prepare?.(this.sandbox);
    const answer = environment.holding(this.sandbox.fetch);
    let responses = 0;
    this.fetch = async (input, init) => {
      const request = new Request(input, init);
      await sleep(latency);
      const response = await answer(request);
      afterResponse?.(this.sandbox, ++responses);
      return response;
    };
  }

  /** The network between this client and its API. */
  readonly fetch: Fetch;

  /** Milliseconds since the run began. */
  get elapsed(): number {
    return this.#now();
  }

  /** Makes a call, and records what comes of it. Never rejects. */
  async call<T>(make: () => PromiseLike<T>, kind = 'call'): Promise<T | undefined> {
    const call: Call = { kind, made: this.elapsed, settled: undefined, outcome: 'waiting', error: undefined };
    this.calls.push(call);
    try {
      const value = await make();
      call.outcome = 'answered';
      return value;
    } catch (error) {
      call.outcome = 'failed';
      call.error = error;
      return undefined;
    } finally {
      call.settled = this.elapsed;
    }
  }

  /** The API's own log. */
  get requests(): readonly RecordedRequest[] {
    return this.sandbox.requests;
  }

  /** When the API received a request, in milliseconds since the run began. */
  receivedAt({ received_at }: RecordedRequest): number {
    return Date.parse(received_at) - this.#startedAt;
  }
}

/** A scenario that runs, with all its clients side by side. */
export class DemonstrationRun {
  readonly runs: readonly ClientRun[];
  readonly #scenario: Scenario;

  constructor(scenario: Scenario, environment: Environment) {
    const start = environment.now();
    const since = { ...environment, now: () => environment.now() - start };
    this.#scenario = scenario;
    this.runs = scenario.clients.map(
      ({ name }, index) => new ClientRun(name, `https://api-${index + 1}.example.com`, scenario, since),
    );
  }

  /** What the clients find as the global `fetch`. Each is led to its own API. */
  readonly fetch: Fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const run = this.runs.find(({ access }) => address.startsWith(access.baseUrl));
    return run ? run.fetch(input, init) : Promise.reject(new TypeError(`Nothing answers at ${address}.`));
  };

  async run(): Promise<void> {
    await Promise.all(
      this.#scenario.clients.map(async ({ perform }, index) => {
        const run = this.runs[index];
        if (run === undefined) return;
        await perform(run);
        run.isDone = true;
      }),
    );
  }
}

/** Resolves after so much virtual time. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
