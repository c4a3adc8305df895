import type { ClientEventListener, ClientEvents } from './telemetry/events.ts';
import { HttpClient, SharedState } from './http/http-client.ts';
import { resolveOptions, type ClientOptions } from './http/client-options.ts';
import type { RateLimitSnapshot } from './rate-limit/limiter.ts';
import { Projects } from './resources/projects.ts';
import { Users } from './resources/users.ts';

/**
 * A client of the Example API.
 *
 * @example
 * const client = new Client({ apiToken: process.env.EXAMPLE_API_TOKEN });
 * const user = await client.users.get('user_123');
 * for await (const project of client.projects.list({ status: 'active' })) {
 *   console.log(project.name);
 * }
 */
export class Client {
  /** Users: create one, get one by its id. */
  readonly users: Users;
  /** Projects: list them. */
  readonly projects: Projects;

  readonly #options: ClientOptions;
  readonly #http: HttpClient;
  readonly #shared: SharedState;

  /** @throws InvalidRequestError if an option is missing or wrong. */
  constructor(options?: ClientOptions);
  /** @internal Clients made by {@link withOptions} have state in common. */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- this one is stripped from the declarations
  constructor(options: ClientOptions, shared: SharedState);
  constructor(options?: ClientOptions | null, shared?: SharedState) {
    options ??= {};
    const resolved = resolveOptions(options);
    this.#options = { ...options };
    this.#shared = shared ?? new SharedState(resolved);
    this.#http = new HttpClient(resolved, this.#shared);
    this.users = new Users(this.#http);
    this.projects = new Projects(this.#http);
  }

  /**
   * A client with other options, the rest as here. Both share the rate limit, the retry budget and the listeners.
   *
   * @throws InvalidRequestError
   */
  withOptions(options: ClientOptions): Client {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    // By the instance's own class, which may be one that was derived; and a bundler then keeps the name.
    const { constructor } = this as unknown as { constructor: new (...of: [ClientOptions, SharedState]) => Client };
    return new constructor({ ...this.#options, ...Object.fromEntries(given) }, this.#shared);
  }

  /** What is known of the token's rate limit; `undefined` with `rateLimit: false`, or before a token function's first call. */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#http.rateLimit;
  }

  /** Calls the listener at every event of that name. A listener that throws changes nothing. */
  on<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#shared.telemetry.events.on(name, listener);
    return this;
  }

  /** Calls the listener at the next event of that name. */
  once<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#shared.telemetry.events.once(name, listener);
    return this;
  }

  /** Takes a listener off again. */
  off<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#shared.telemetry.events.off(name, listener);
    return this;
  }
}
