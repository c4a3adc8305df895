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
  /** The users of the account. */
  readonly users: Users;
  /** The projects of the account. */
  readonly projects: Projects;

  readonly #options: ClientOptions;
  readonly #http: HttpClient;
  readonly #shared: SharedState;

  /** @throws {InvalidRequestError} when an option is missing or wrong. */
  constructor(options?: ClientOptions);
  /** @internal Clients made by {@link withOptions} share state. */
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
   * Returns a client with some options replaced. Both clients share the rate limit, the retry budget and the listeners.
   *
   * @throws {InvalidRequestError} when an option is wrong.
   */
  withOptions(options: ClientOptions): Client {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    // Through the instance's own class, which may be a derived one.
    const { constructor } = this as unknown as { constructor: new (...of: [ClientOptions, SharedState]) => Client };
    return new constructor({ ...this.#options, ...Object.fromEntries(given) }, this.#shared);
  }

  /**
   * The current state of the token's rate limit; `undefined` with `rateLimit: false`, or before the first call of a
   * token function.
   */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#http.rateLimit;
  }

  /**
   * Calls the listener for each event of this name. A listener that throws or rejects is logged and changes nothing.
   *
   * @throws {InvalidRequestError} when the listener is not a function.
   */
  on<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#shared.telemetry.events.on(name, listener);
    return this;
  }

  /**
   * Calls the listener for the next event of this name.
   *
   * @throws {InvalidRequestError} when the listener is not a function.
   */
  once<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#shared.telemetry.events.once(name, listener);
    return this;
  }

  /** Removes a listener. */
  off<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#shared.telemetry.events.off(name, listener);
    return this;
  }
}
