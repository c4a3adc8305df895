/**
 * Runs a program in a worker of its own, with the SDK, a copy of the API, and a clock that can be sped up. `fetch` is
 * the API's, and what else could send something is taken away, so that nothing leaves the page by ordinary means.
 */
import type { Sandbox } from '@example/sandbox';
import { transform } from 'sucrase';
import { installClock } from './clock.ts';
import type { Command, Level, Report, ShownRequest, Trouble } from './messages.ts';
import { printed } from './printed.ts';
import { startTrouble } from './trouble.ts';
import { closeWaysOut } from './ways-out.ts';

const real = { setInterval: setInterval.bind(globalThis), clearInterval: clearInterval.bind(globalThis) };
const send = (report: Report) => postMessage(report);

const clock = installClock(globalThis, 1);
closeWaysOut();
redirectConsole();

const secret = `whsec_${btoa('playground playground ok')}`;
/** Where the sandbox sends its webhooks; the program's handler answers there. */
const receiver = 'https://playground.example/webhooks';

addEventListener('message', ({ data }: MessageEvent<Command>) => {
  if (data.type === 'run') start(data).catch((error: unknown) => send({ type: 'end', error: printed([error]) }));
  else if (data.type === 'speed') clock.speed = data.speed;
  else setTrouble(data.trouble);
});

let sandbox: Sandbox | undefined;
let endTrouble: (() => void) | undefined;

async function start({ code, speed, trouble }: Extract<Command, { type: 'run' }>): Promise<void> {
  // They must be loaded after the clock is installed.
  const [sdk, webhooks, { createSandbox }] = await Promise.all([
    import('@example/sdk'),
    import('@example/sdk/webhooks'),
    import('@example/sandbox'),
  ]);
  clock.speed = speed;
  let handle: (request: Request) => Promise<Response> = () => Promise.resolve(new Response(null, { status: 204 }));
  sandbox = createSandbox({
    apiToken: 'playground_token',
    webhooks: {
      endpoints: [{ url: receiver, secret }],
      fetch: (url, init) => handle(new Request(url, init)),
    },
  });
  setTrouble(trouble);
  const api = sandbox;
  Object.assign(globalThis, {
    fetch: api.fetch,
    sandbox: api,
    process: { env: { EXAMPLE_API_TOKEN: api.apiToken, EXAMPLE_WEBHOOK_SECRET: secret } },
  });

  const clients: InstanceType<typeof sdk.Client>[] = [];
  const modules: Readonly<Record<string, unknown>> = {
    '@example/sdk': {
      ...sdk,
      Client: class extends sdk.Client {
        constructor(options?: ConstructorParameters<typeof sdk.Client>[0]) {
          super({ dangerouslyAllowBrowser: true, ...options });
          clients.push(this);
        }
      },
    },
    '@example/sdk/webhooks': {
      ...webhooks,
      Webhooks: class extends webhooks.Webhooks {
        constructor(options?: ConstructorParameters<typeof webhooks.Webhooks>[0]) {
          super(options);
          handle = this.handler();
        }
      },
    },
    '@example/sandbox': { createSandbox },
    ky: await import('ky'),
  };

  const began = clock.now();
  const known = new Map<string, string>();
  const report = () => send(stateOf(api, clients, clock.now() - began, known));
  // From here on, errors are the program's.
  report();
  const timer = real.setInterval(report, 100);
  const error = await run(code, modules).then(
    () => undefined,
    (thrown: unknown) => printed([thrown]),
  );
  await api.webhooks.flush();
  real.clearInterval(timer);
  report();
  send({ type: 'end', error });
}

async function run(code: string, modules: Readonly<Record<string, unknown>>): Promise<void> {
  const { code: script } = transform(code, { transforms: ['typescript', 'imports'], production: true });
  const load = (name: string): unknown => {
    if (!Object.hasOwn(modules, name)) throw new Error(`The playground has no module ${name}.`);
    return modules[name];
  };
  // The constructor of async functions has no name of its own.
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction('require', 'exports', script)(load, {});
}

function stateOf(
  api: Sandbox,
  clients: readonly { rateLimit: { limit: number; remaining: number; waiting: number } | undefined }[],
  elapsed: number,
  known: Map<string, string>,
): Report {
  const requests: ShownRequest[] = [];
  for (const { id, method, target, state, status, body, received_at, remaining, response } of api.requests) {
    const version = `${state} ${status}`;
    if (known.get(id) === version) continue;
    known.set(id, version);
    requests.push({ id, method, target, state, status, body, received_at, remaining, response: response?.body });
  }
  const budgets = clients.flatMap(({ rateLimit }) => (rateLimit ? [rateLimit] : []));
  const budget = budgets.at(-1);
  return {
    type: 'state',
    elapsed,
    budget: budget && { limit: budget.limit, remaining: budget.remaining, waiting: budget.waiting },
    requests,
    deliveries: api.webhooks.deliveries.map(({ id, event, status, tries, body }) => ({
      id,
      event,
      status,
      tries,
      body,
    })),
  };
}

function setTrouble(trouble: Trouble): void {
  endTrouble?.();
  endTrouble = sandbox && startTrouble(sandbox, trouble);
}

function redirectConsole(): void {
  const levels: readonly Level[] = ['debug', 'error', 'info', 'log', 'warn'];
  for (const level of levels) console[level] = (...values) => send({ type: 'console', level, text: printed(values) });
}
