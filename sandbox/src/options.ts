import * as z from 'zod/mini';
import { randomSecret } from './utils/random.ts';
import { bearerToken, numberBetween, strictFields, wholeNumber } from './utils/schemas.ts';
import { hostName, origin } from './http/access.ts';
import { withTypeErrors } from './http/failure.ts';
import { parseFields } from './http/parse-fields.ts';
import { byResource, type NamedResource, type Seeds } from './resources/index.ts';
import { seedSchema } from './resources/resource.ts';
import { defaultSchedule } from './webhooks/retry-schedule.ts';
import { type EndpointParams, endpointSchema } from './webhooks/endpoint-params.ts';

/** How webhooks are delivered. */
export interface WebhookOptions {
  /** Webhooks to register at the start. Default: none. */
  endpoints?: readonly EndpointParams[] | undefined;
  /**
   * Delays between attempts, in milliseconds. A delivery fails when its last attempt fails. Default: nine delays, from
   * 5 s to 10 h.
   */
  schedule?: readonly number[] | undefined;
  /** Random variation of each delay, as a fraction from 0 to 1. Default: 0.1. */
  jitter?: number | undefined;
  /** Time limit for one attempt, in milliseconds. Default: 15 000. */
  timeout?: number | undefined;
  /** Sends the deliveries. Default: the global `fetch`. Pass your app's handler to deliver without a network. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** Options of {@link createSandbox}. */
export interface SandboxOptions extends Seeds {
  /**
   * The API token to accept. Default: a random one, so that clients of two sandboxes in one process don't share a
   * budget.
   */
  apiToken?: string | undefined;
  /** Requests that each token may make in a window. Default: 100 in 60 000 ms, as documented. */
  rateLimit?:
    | {
        /** Requests per window. */
        limit?: number | undefined;
        /** Length of a window, in milliseconds. */
        window?: number | undefined;
      }
    | undefined;
  /** Returns the time, in epoch milliseconds. Default: `Date.now`. */
  now?: (() => number) | undefined;
  /** Delay before each response, in milliseconds. Default: 0. */
  latency?: number | undefined;
  /** Where and how to send webhook events. */
  webhooks?: WebhookOptions | undefined;
  /** Seed for the sample data and for faults with a `share`. The same seed gives the same results. Default: 1. */
  seed?: number | undefined;
}

/** A function of the user's, called as it was given. */
const functionSchema = <F>() => z.custom<F>((value) => typeof value === 'function', 'Must be a function.');

/** A number of records stands for as many with sample values. */
const seeds = (resource: NamedResource) =>
  z.pipe(
    z.transform((value: unknown = resource.initial) =>
      wholeNumber(0).safeParse(value).success ? Array.from({ length: Number(value) }, () => ({})) : value,
    ),
    z.array(seedSchema(resource), 'Must be a whole number of at least 0, or a list.'),
  );

const optionsSchema = strictFields({
  ...byResource(seeds),
  apiToken: z._default(bearerToken, () => `sandbox_${randomSecret()}`),
  rateLimit: z.prefault(
    strictFields(
      { limit: z._default(wholeNumber(1), 100), window: z._default(wholeNumber(1), 60_000) },
      '{ limit: 100, window: 60_000 }',
    ),
    {},
  ),
  // Read at each call: fake timers may take the place of the global `Date` later.
  now: z._default(functionSchema<() => number>(), () => () => Date.now()),
  latency: z._default(wholeNumber(0), 0),
  webhooks: z.prefault(
    strictFields({
      endpoints: z._default(z.array(endpointSchema, 'Must be a list of webhooks.'), []),
      schedule: z._default(z.array(wholeNumber(0), 'Must be a list of delays in milliseconds.'), [
        ...defaultSchedule.schedule,
      ]),
      jitter: z._default(numberBetween(0, 1), defaultSchedule.jitter),
      timeout: z._default(wholeNumber(1), 15_000),
      fetch: z._default(
        functionSchema<NonNullable<WebhookOptions['fetch']>>(),
        () => (url: string, init: RequestInit) => globalThis.fetch(url, init),
      ),
    }),
    {},
  ),
  seed: z._default(wholeNumber(0), 1),
});

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} when an option is invalid or unknown; the message names the option and says what is expected.
 */
export function resolveOptions(given: SandboxOptions) {
  return withTypeErrors('Invalid options.', () => parseFields(optionsSchema, given));
}

const listenSchema = strictFields({
  port: z._default(wholeNumber(0, 65_535), 0),
  host: z._default(z.string('Must be an address.').check(z.minLength(1, 'Must be an address.')), '127.0.0.1'),
  allowedHosts: z._default(z.array(hostName, 'Must be a list of host names.'), []),
  cors: z._default(z.array(origin, 'Must be a list of origins.'), []),
});

/** Where to listen, and who may talk to the sandbox there. */
export interface ListenOptions {
  /** TCP port; 0 picks a free one. Default: 0. */
  port?: number | undefined;
  /** Address to listen on. Default: `127.0.0.1`, which only this machine can reach. */
  host?: string | undefined;
  /** Names under which it is reached, besides IP addresses and `localhost`. Default: none. */
  allowedHosts?: readonly string[] | undefined;
  /** Origins whose pages may use the API, besides those of this machine. Default: none. */
  cors?: readonly string[] | undefined;
}

/** The options with every default filled in. */
export type ResolvedListenOptions = z.output<typeof listenSchema>;

/** @throws {TypeError} when an option is invalid or unknown. */
export function resolveListenOptions(where: number | ListenOptions): ResolvedListenOptions {
  return withTypeErrors('Invalid options.', () =>
    parseFields(listenSchema, typeof where === 'number' ? { port: where } : where),
  );
}
