import * as z from 'zod/mini';
import { apiRoutes } from '../resources/index.ts';
import { matching, numberBetween, strictFields, wholeNumber } from '../utils/schemas.ts';

/** A failure on demand, to test how your code handles it. Needs `status`, `latency`, `reset` or `body`. */
export interface Fault {
  /** Responds with this error status, from 400 to 599, instead of doing the work. */
  status?: number | undefined;
  /** Value of the `Retry-After` header, in seconds. Default: none, and 1 for the status 429. */
  retryAfter?: number | undefined;
  /** Delay before the response, in milliseconds. */
  latency?: number | undefined;
  /** Resets the connection instead of responding. */
  reset?: boolean | undefined;
  /**
   * Corrupts the response body: `cut` closes the connection halfway, `malformed` sends half of the JSON, `html` sends a
   * proxy's error page, and `empty` sends nothing.
   */
  body?: 'cut' | 'malformed' | 'html' | 'empty' | undefined;
  /** With `status` or `reset`: does the work, and loses only the response. Default: `false`. */
  after?: boolean | undefined;
  /** Applies only to this route, such as `POST /users` or `/users/{id}`. Default: all routes. */
  route?: string | undefined;
  /** Applies to this fraction of the requests, from 0 to 1; the seed decides which. Default: all requests. */
  share?: number | undefined;
  /** Number of requests that it applies to. Default: 1, or unlimited with `share`. */
  times?: number | undefined;
}

/** A fault that applies to future requests. */
export interface ArmedFault extends Fault {
  /** Identifies the fault for {@link Faults.remove}. */
  readonly id: string;
  /** Number of requests that it has applied to. */
  readonly met: number;
}

/** The documented routes, with and without their methods. */
const routes = apiRoutes.flatMap(({ method, path }) => [`${method} ${path}`, path]);

const flag = z.optional(z.boolean('Must be true or false.'));

const effects = {
  status: z.optional(wholeNumber(400, 599)),
  latency: z.optional(wholeNumber(0, 600_000)),
  reset: flag,
  body: z.optional(z.enum(['cut', 'malformed', 'html', 'empty'], 'Must be cut, malformed, html or empty.')),
};

/** What a fault does to a request. */
const faultFields = { ...effects, retryAfter: z.optional(wholeNumber(0, 86_400)), after: flag };

const hasEffect = z.refine<Partial<Record<keyof typeof effects, unknown>>>(
  ({ status, latency, reset, body }) =>
    [status, latency, body].some((effect) => effect !== undefined) || reset === true,
  { path: ['status'], message: 'Must have at least one of status, latency, reset and body.' },
);

/** Validates a {@link Fault}. */
export const faultSchema = strictFields({
  ...faultFields,
  route: z.optional(z.enum(routes, `Must be a route of the API: ${routes.join(', ')}.`)),
  share: z.optional(numberBetween(0, 1)),
  times: z.optional(wholeNumber(1, 1_000_000_000)),
}).check(hasEffect) satisfies z.ZodMiniType<Fault>;

/** Request header with a fault for this request alone, so that tests that run in parallel don't disturb each other. */
export const faultHeader = 'Sandbox-Fault';

const headerFaultSchema = strictFields({
  ...faultFields,
  /** Names the fault in the request log, and identifies the requests that `times` counts. */
  id: z.optional(matching(/^[\w.-]{1,100}$/, 'Must be 1 to 100 letters, digits, dots, hyphens or underscores.')),
  /** Number of requests of the token with this `id`. Default: every request that has the header. */
  times: z.optional(wholeNumber(1, 1_000_000_000)),
}).check(
  hasEffect,
  z.refine(({ id, times }) => times === undefined || id !== undefined, {
    path: ['id'],
    message: 'Must be set with times, to identify the requests that are counted.',
  }),
);

/** Validates a request's {@link faultHeader}, so that a problem names it. */
export const headersSchema = z.object({ [faultHeader]: headerFaultSchema });

const bodies: Readonly<Record<NonNullable<Fault['body']>, string>> = {
  cut: 'body cut in half',
  malformed: 'malformed JSON',
  html: "a proxy's HTML page",
  empty: 'empty body',
};

/** What a fault does, such as `503 response, delay of 200 ms`. */
export function effectOf({ status, retryAfter, latency, reset, body, after }: Fault): string {
  const effects = [
    status !== undefined && `${status} response`,
    reset === true && 'connection reset',
    body !== undefined && bodies[body],
    latency !== undefined && `delay of ${latency < 1000 ? `${latency} ms` : `${latency / 1000} s`}`,
    retryAfter !== undefined && `retry after ${retryAfter} s`,
  ].filter((effect) => effect !== false);
  const text = `${effects.join(', ')}${after === true ? ' after the work was done' : ''}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
