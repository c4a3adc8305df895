import { addTracer, type ClientEventListener, type ClientEvents, type Tracer } from './telemetry/events.ts';
import { CallRunner } from './http/call-runner.ts';
import type { APIPromise } from './http/api-promise.ts';
import { clientOptionNames, resolveOptions } from './http/options.ts';
import type { ClientOptions, EndpointOptions, HttpMethod } from './http/options.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import type { RateLimitSnapshot } from './rate-limit/limiter.ts';
import type { ListEndpointOptions } from './pagination/list-options.ts';
import { ListPromise } from './pagination/list-promise.ts';
import { Projects } from './resources/projects.ts';
import { Users } from './resources/users.ts';
import { InvalidRequestError } from './errors/index.ts';
import { readOptions } from './utils/arguments.ts';

/** The key under which `withOptions` passes the shared state to the new client. */
const sharedState = Symbol('shared state');

interface DerivedOptions extends ClientOptions {
  [sharedState]?: Telemetry;
}

/**
 * The client of the Example API: makes calls, paces and retries them, and reads lists.
 *
 * @example
 * const client = new Client();
 *
 * const ada = await client.users.get('user_123');
 * const projects = client.projects.list({
 *   status: 'active',
 * });
 * for await (const project of projects) {
 *   console.log(project.name);
 * }
 */
export class Client {
  /** Gets and creates users. */
  readonly users: Users;
  /** Lists projects. */
  readonly projects: Projects;

  readonly #options: ClientOptions;
  readonly #calls: CallRunner;
  readonly #telemetry: Telemetry;

  /**
   * @param options All are optional if the environment has `EXAMPLE_API_TOKEN`.
   * @throws {InvalidRequestError} when an option is missing or invalid.
   */
  constructor(options?: ClientOptions) {
    const given = readOptions('options', options, clientOptionNames);
    const resolved = resolveOptions(given);
    // The environment is read once.
    this.#options = { ...given, apiToken: resolved.apiToken, baseUrl: resolved.baseUrl };
    const derived: DerivedOptions | undefined = options;
    this.#telemetry = derived?.[sharedState] ?? new Telemetry(resolved.logger);
    this.#calls = new CallRunner(resolved, this.#telemetry);
    this.users = new Users(this.#calls);
    this.projects = new Projects(this.#calls);
  }

  /**
   * The current state of the token's rate limit. It is `undefined` with `rateLimit: false`, or before a
   * token function is first called.
   */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#calls.rateLimit;
  }

  /**
   * Returns a client with some options replaced, and the same listeners. A token and base URL share one rate limit.
   *
   * The new client has the same class. If you derive a class, its constructor must take the options as its first
   * argument, and pass them or a copy of them to `super`.
   *
   * @param options The options to replace. The others stay as they are.
   * @throws {InvalidRequestError} when an option is invalid, or the constructor of a derived class did not pass the
   *   options on.
   */
  withOptions(options: ClientOptions): Client {
    const given = readOptions('options', options, clientOptionNames);
    const merged: DerivedOptions = { ...this.#options, ...given, [sharedState]: this.#telemetry };
    // The class of this instance, which may be a derived one.
    const { constructor } = this as unknown as { constructor: new (options: ClientOptions) => Client };
    const client = new constructor(merged);
    if (client.#telemetry === this.#telemetry) return client;
    throw new InvalidRequestError(`The constructor of ${constructor.name} must pass its options on to super().`);
  }

  /**
   * Calls an endpoint that the SDK has no method for. The call is paced, retried and redacted like any other, and
   * rejects with the same errors. PUT and DELETE are retried like a GET, and PATCH like a POST. An empty body is
   * `undefined`.
   *
   * @param method The HTTP method.
   * @param path The path as the API documents it, such as `/teams/{id}`. `params` fills in its `{names}`.
   * @param options The parameters, the body, the schema, and the options of every call.
   * @typeParam T The value of the call: the output of `schema`, or what you declare if there is none.
   * @throws {ResponseValidationError} when the body is not JSON, is empty although there is a `schema`, or differs from
   *   it, unless `responseValidation` says otherwise.
   *
   * @example
   * const team = await client.request('GET', '/teams/{id}', {
   *   params: { id: 'team_1' },
   *   schema: teamSchema,
   * });
   */
  request<T = unknown>(method: HttpMethod, path: string, options?: EndpointOptions<T>): APIPromise<T> {
    return this.#calls.request(method, path, {}, options, true);
  }

  /**
   * Lists the items of an endpoint that the SDK has no method for. It behaves like `client.projects.list`: iterate
   * over the result to get the items of all pages, each exactly once, or await it to get one page.
   *
   * @param path The path as the API documents it, such as `/teams/{id}/members`. `params` fills in its `{names}`.
   * @param options The parameters, the schema, and the options of every list.
   * @typeParam Item An item: the output of `schema`, or what you declare if there is none.
   *
   * @example
   * const members = client.list('/teams/{id}/members', {
   *   params: { id: 'team_1' },
   *   schema: memberSchema,
   * });
   * for await (const member of members) {
   *   console.log(member.name);
   * }
   */
  list<Item = unknown>(path: string, options?: ListEndpointOptions<Item>): ListPromise<Item> {
    const { params, query, schema } = options ?? {};
    return new ListPromise(this.#calls, { route: path, params, query, itemSchema: schema, isGeneric: true }, options);
  }

  /**
   * Adds a listener for the events of this name. If it throws or rejects, the error is logged and nothing else changes.
   *
   * @param name An event, such as `'retry'`.
   * @param listener Receives the event.
   * @throws {InvalidRequestError} when the listener is not a function.
   */
  on<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#telemetry.events.change('on', name, listener);
    return this;
  }

  /**
   * Adds a listener for the next event of this name only.
   *
   * @param name An event, such as `'retry'`.
   * @param listener Receives the event.
   * @throws {InvalidRequestError} when the listener is not a function.
   */
  once<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#telemetry.events.change('once', name, listener);
    return this;
  }

  /**
   * Removes a listener.
   *
   * @param name The event that it was added for.
   * @param listener The same function that was added.
   */
  off<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): this {
    this.#telemetry.events.change('off', name, listener);
    return this;
  }

  /** @internal For `instrument` of `@example/sdk/otel`. */
  [addTracer](tracer: Tracer): void {
    this.#telemetry.tracer ??= tracer;
  }
}
