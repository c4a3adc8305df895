import * as z from 'zod/mini';

/** Something to go wrong on purpose, so that you can see how your code takes it. At least one of `status`, `latency`, `reset` and `body`. */
export interface Fault {
  /** Answer with this error status, 400 to 599, and do nothing else. */
  status?: number | undefined;
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number | undefined;
  /** Milliseconds to hold the answer back. */
  latency?: number | undefined;
  /** Reset the connection instead of answering. */
  reset?: boolean | undefined;
  /**
   * Spoil the answer's body: `cut` the connection in its middle, end it in the middle so that it is `malformed` JSON,
   * send a proxy's `html` page instead, or leave it `empty`.
   */
  body?: 'cut' | 'malformed' | 'html' | 'empty' | undefined;
  /** With `status` or `reset`: do the work all the same, and lose only its answer. Default `false`. */
  after?: boolean | undefined;
  /** Only requests of this route, as the reference writes it: `POST /users`, `/users/{id}`. Default every one. */
  route?: string | undefined;
  /** Only this share of the requests, 0 to 1, chosen by the seed. Default every one. */
  share?: number | undefined;
  /** How many requests it meets. Default 1; with `share`, no end. */
  times?: number | undefined;
}

const whole = (least: number, most: number) =>
  z.optional(z.int(`Must be a whole number from ${least} to ${most}.`).check(between(least, most)));

const flag = z.optional(z.boolean('Must be true or false.'));

function between(least: number, most: number) {
  return z.refine<number>((value) => value >= least && value <= most, `Must be from ${least} to ${most}.`);
}

const effects = ['status', 'latency', 'reset', 'body'] as const;

/** A {@link Fault}, checked. */
export const faultSchema = z
  .strictObject({
    status: whole(400, 599),
    retryAfter: whole(0, 86_400),
    latency: whole(0, 600_000),
    reset: flag,
    body: z.optional(z.enum(['cut', 'malformed', 'html', 'empty'], 'Must be cut, malformed, html or empty.')),
    after: flag,
    route: z.optional(
      z
        .string('Must be a route, such as `POST /users`.')
        .check(z.regex(/^([A-Z]+ )?\/[\w/{}*.-]*$/, 'Must be a route, such as `POST /users` or `/users/{id}`.')),
    ),
    share: z.optional(z.number('Must be a number from 0 to 1.').check(between(0, 1))),
    times: whole(1, 1_000_000_000),
  })
  .check(
    z.refine((fault) => effects.some((effect) => fault[effect] !== undefined), {
      path: ['status'],
      message: 'Say what goes wrong: status, latency, reset or body.',
    }),
  ) satisfies z.ZodMiniType<Fault>;

/** Whether a request is one of the route's. `path` is the whole one: `/v1/users/user_123`. */
export function isOfRoute(route: string, method: string, path: string): boolean {
  const [, only, template = ''] = /^([A-Z]+ )?(?:\/v1(?=\/))?(.*)$/.exec(route) ?? [];
  if (only !== undefined && only.trim() !== method) return false;
  const pattern = template
    .replaceAll(/[.]/g, '\\.')
    .replaceAll(/\{[^/]*\}/g, '[^/]+')
    .replaceAll('*', '.*');
  return new RegExp(`^/v1${pattern}$`).test(path);
}
