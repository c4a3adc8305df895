import * as z from 'zod/mini';
import { apiRoutes } from '../contract/routes.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { isPossibleRoute } from './fault-route.ts';

/** A failure on demand, to test how your code handles it. Needs at least one of `status`, `latency`, `reset` and `body`. */
export interface Fault {
  /** Responds with this error status, from 400 to 599, instead of doing the work. */
  status?: number | undefined;
  /** Value of the `Retry-After` header, in seconds. */
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

const integer = (min: number, max: number) =>
  z.optional(z.int(`Must be a whole number from ${min} to ${max}.`).check(between(min, max)));

const flag = z.optional(z.boolean('Must be true or false.'));

function between(min: number, max: number) {
  return z.refine<number>((value) => value >= min && value <= max, `Must be from ${min} to ${max}.`);
}

const documented = apiRoutes.map(({ method, path }) => `${method} ${path}`).join(', ');
const routeMessage = `Must be a route of the API, such as POST /users or /users/{id}. The API has ${documented}.`;

const effects = ['status', 'latency', 'reset', 'body'] as const;

/** Validates a {@link Fault}. */
export const faultSchema = strictFields({
  status: integer(400, 599),
  retryAfter: integer(0, 86_400),
  latency: integer(0, 600_000),
  reset: flag,
  body: z.optional(z.enum(['cut', 'malformed', 'html', 'empty'], 'Must be cut, malformed, html or empty.')),
  after: flag,
  route: z.optional(z.string(routeMessage).check(z.refine(isPossibleRoute, routeMessage))),
  share: z.optional(z.number('Must be a number from 0 to 1.').check(between(0, 1))),
  times: integer(1, 1_000_000_000),
}).check(
  z.refine((fault) => effects.some((effect) => fault[effect] !== undefined), {
    path: ['status'],
    message: 'Must have at least one of status, latency, reset and body.',
  }),
) satisfies z.ZodMiniType<Fault>;
