import * as z from 'zod/mini';
import { bearerToken, wholeNumber } from './utils/schemas.ts';
import type { Given } from './state/records.ts';
import { isHostName, isOrigin } from './http/access.ts';
import { withTypeErrors } from './http/failure.ts';
import { parseFields } from './http/parse-fields.ts';
import type { RateLimit } from './state/rate-windows.ts';
import { byResource, type Seeds } from './resources/index.ts';
import { seedSchema } from './resources/resource.ts';
import { strictFields } from './utils/strict-fields.ts';
import type { DelivererOptions } from './webhooks/deliverer.ts';
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

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly apiToken: string;
  readonly rateLimit: RateLimit;
  /** By resource. */
  readonly seeds: Readonly<Record<string, readonly Given[]>>;
  readonly now: () => number;
  readonly latency: number;
  readonly endpoints: readonly EndpointParams[];
  readonly delivery: DelivererOptions;
  readonly seed: number;
}

const fraction = 'Must be a number from 0 to 1.';

const functionSchema = <F>() => z.custom<F>((value) => typeof value === 'function', 'Must be a function.');

const optionsSchema = strictFields({
  ...byResource((resource) => z.optional(z.union([wholeNumber(0), z.array(seedSchema(resource))]))),
  apiToken: z.optional(bearerToken),
  rateLimit: z.optional(strictFields({ limit: z.optional(wholeNumber(1)), window: z.optional(wholeNumber(1)) })),
  now: z.optional(functionSchema<() => number>()),
  latency: z.optional(wholeNumber(0)),
  webhooks: z.optional(
    strictFields({
      endpoints: z.optional(z.array(endpointSchema, 'Must be a list of webhooks.')),
      schedule: z.optional(z.array(wholeNumber(0), 'Must be a list of delays in milliseconds.')),
      jitter: z.optional(z.number(fraction).check(z.minimum(0, fraction), z.maximum(1, fraction))),
      timeout: z.optional(wholeNumber(1)),
      fetch: z.optional(functionSchema<NonNullable<WebhookOptions['fetch']>>()),
    }),
  ),
  seed: z.optional(wholeNumber(0)),
}) satisfies z.ZodMiniType<SandboxOptions>;

/** @throws {TypeError} when an option is invalid or unknown; the message names the option and says what is expected. */
export function resolveOptions(given: SandboxOptions): ResolvedOptions {
  const {
    rateLimit,
    webhooks = {},
    ...options
  } = withTypeErrors('Invalid options.', () => parseFields(optionsSchema, given));
  return {
    apiToken: options.apiToken ?? `sandbox_${crypto.randomUUID().replaceAll('-', '')}`,
    rateLimit: { limit: rateLimit?.limit ?? 100, window: rateLimit?.window ?? 60_000 },
    seeds: byResource(({ name, initial }) => seeds(options[name] ?? initial)),
    now: options.now ?? Date.now,
    endpoints: webhooks.endpoints ?? [],
    delivery: {
      schedule: {
        delays: webhooks.schedule ?? defaultSchedule.delays,
        jitter: webhooks.jitter ?? defaultSchedule.jitter,
      },
      timeout: webhooks.timeout ?? 15_000,
      fetch: webhooks.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    },
    latency: options.latency ?? 0,
    seed: options.seed ?? 1,
  };
}

function seeds(value: number | readonly Given[]): readonly Given[] {
  return typeof value === 'number' ? Array.from({ length: value }, () => ({})) : value;
}

const portMessage = 'Must be a port number from 0 to 65535.';

const hostsMessage = 'Must be host names in lower case, such as sandbox.';
const corsMessage = 'Must be origins, such as https://app.example.com.';

const listenSchema = strictFields({
  port: z._default(z.int(portMessage).check(z.minimum(0, portMessage), z.maximum(65_535, portMessage)), 0),
  host: z._default(z.string('Must be an address.').check(z.minLength(1, 'Must be an address.')), '127.0.0.1'),
  allowedHosts: z._default(z.array(z.string(hostsMessage).check(z.refine(isHostName, hostsMessage)), hostsMessage), []),
  cors: z._default(z.array(z.string(corsMessage).check(z.refine(isOrigin, corsMessage)), corsMessage), []),
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
