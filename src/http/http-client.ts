import type { RateLimitSnapshot } from '../rate-limit/types.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { checkParameters, readOptions } from '../utils/arguments.ts';
import { Accounts } from './accounts.ts';
import { APIPromise } from './api-promise.ts';
import { CallRun } from './call-run.ts';
import { resolveCall, type Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import {
  requestOptionNames,
  type EndpointOptions,
  type HttpMethod,
  type InternalOptions,
  type Requester,
} from './request-options.ts';
import type { RetryBudget } from './retry-budget.ts';

/** What a client shares with the clients that `withOptions` makes from it. */
export interface ClientState {
  readonly telemetry: Telemetry;
  readonly retryBudget: RetryBudget;
}

/** Checks what callers pass, and runs their calls. */
export class HttpClient implements Requester {
  readonly #options: ResolvedOptions;
  readonly #telemetry: Telemetry;
  readonly #accounts: Accounts;

  constructor(options: ResolvedOptions, { telemetry, retryBudget }: ClientState) {
    this.#options = options;
    this.#telemetry = telemetry;
    this.#accounts = new Accounts(options, retryBudget);
  }

  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#accounts.rateLimit;
  }

  /** @param names The options that the caller may set. Default: {@link RequestOptions}. */
  request<T>(
    method: HttpMethod,
    route: string,
    endpoint: InternalOptions<T>,
    options?: EndpointOptions<T>,
    names: readonly (keyof EndpointOptions)[] = requestOptionNames,
  ): APIPromise<T> {
    return new APIPromise<T>((promise) => {
      let call: Call | undefined;
      let problem: unknown;
      try {
        // Done at once, because the caller may change the parameters before the request is sent.
        const given = readOptions('options', options, names);
        const isSchemaOfCaller = given.schema !== undefined;
        if ('body' in endpoint) checkParameters(endpoint.body, names);
        call = resolveCall(method, route, { ...given, isSchemaOfCaller, ...endpoint }, this.#options);
      } catch (error) {
        problem = error;
      }
      // Without types, callers may pass anything as a path.
      const path = typeof route === 'string' ? route : typeof route;
      const target = this.#accounts.redactTarget(call ?? { method, path, route: path });
      const telemetry = this.#telemetry.observe(this.#options.logger, target);
      const run = () => {
        if (call) return new CallRun(call, promise, this.#accounts, target, telemetry).run();
        telemetry?.onEnd('failure', problem);
        return Promise.reject(problem);
      };
      return telemetry ? telemetry.run(run) : run();
    });
  }

  onListUnverified({ reason, ...target }: ListUnverifiedEvent): void {
    const event = { ...this.#accounts.redactTarget(target), reason };
    this.#telemetry.events.emit('listUnverified', event);
    const line = `${event.method} ${event.path}: it can't be verified that each item was yielded once (${reason}).`;
    this.#options.logger.warn?.(line, event);
  }
}
