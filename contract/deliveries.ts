import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { type Api, type Exchange, sleep } from './api.ts';
import { newUser } from './check.ts';

/** One attempt to deliver an event, as it was received. */
export interface Delivery {
  readonly headers: Headers;
  /** The body exactly as received. */
  readonly body: string;
  /** In epoch milliseconds; `undefined` if it was saved before. */
  readonly receivedAt: number | undefined;
}

const savedSchema = z.object({ headers: z.record(z.string(), z.string()), body: z.string() });
const fileSchema = z.union([z.array(savedSchema).check(z.minLength(1)), savedSchema]);

/** Reads saved deliveries: `{ "headers": { … }, "body": "…" }`, or a list of them. */
export function readDeliveries(text: string): readonly Delivery[] {
  return [fileSchema.parse(JSON.parse(text))]
    .flat()
    .map(({ headers, body }) => ({ headers: new Headers(headers), body, receivedAt: undefined }));
}

/** How to answer an attempt. */
interface Answer {
  readonly status: number;
  /** Milliseconds to wait before the answer. Default: 0. */
  readonly after?: number;
}

/** Receives deliveries, and answers those of a user as the trial needs it. */
export class Receiver {
  /** What a GET returns, to find out whether a URL leads here. */
  readonly mark: string = randomUUID();
  readonly deliveries: Delivery[] = [];
  readonly #answers = new Map<string, Answer[]>();

  /** Answers the attempts for a user so, one after the other, and those after them with 204. */
  plan(email: string, answers: readonly Answer[]): void {
    this.#answers.set(email, [...answers]);
  }

  /** The attempts for a user. */
  attempts(email: string): readonly Delivery[] {
    return this.deliveries.filter(({ body }) => body.includes(email));
  }

  readonly handle = async (request: Request): Promise<Response> => {
    if (request.method !== 'POST') return new Response(this.mark);
    const body = await request.text();
    this.deliveries.push({ headers: request.headers, body, receivedAt: Date.now() });
    const answers = [...this.#answers].find(([email]) => body.includes(email))?.[1];
    const { status, after = 0 } = answers?.shift() ?? { status: 204 };
    if (after > 0) await sleep(after);
    return new Response(null, { status });
  };
}

/** What the trial answers to the first user's attempts. */
export const failures = [500, 400] as const;

/** How long a handler may take in the trial, in milliseconds. */
export const heldFor = 5_000;

/** The deliveries of two users that were created for it. */
export interface Trial {
  /** Of the user whose attempts are answered with 500, 400 and then 204. */
  readonly failed: readonly Delivery[];
  /** Of the user whose first attempt is answered with 204 after five seconds. */
  readonly held: readonly Delivery[];
  readonly created: readonly Exchange[];
  /** How long an attempt was waited for, in milliseconds. */
  readonly patience: number;
}

/**
 * Creates two users, and receives their deliveries.
 *
 * @param patience How long to wait for an attempt, in milliseconds.
 */
export async function tryDeliveries(api: Api, receiver: Receiver, patience: number): Promise<Trial> {
  const [first, second] = [newUser(), newUser()];
  receiver.plan(
    first.email,
    [...failures, 204].map((status) => ({ status })),
  );
  receiver.plan(second.email, [{ status: 204, after: heldFor }]);
  const attempts = ({ email }: typeof first) => receiver.attempts(email);
  /** Waits for an attempt after those that there are. */
  const another = async (of: typeof first, time: number) => {
    const known = attempts(of).length;
    for (const end = Date.now() + time; attempts(of).length === known && Date.now() < end;) await sleep(500);
    return attempts(of).length > known;
  };

  const created = [await api.send('POST', '/users', { body: first })];
  for (let tries = 0; tries <= failures.length; tries++)
    if (attempts(first).length <= tries && !(await another(first, patience))) break;
  const times = attempts(first).map(({ receivedAt = 0 }) => receivedAt);
  const gaps = times.map((time, index) => time - (times[index - 1] ?? time));
  // Delays grow: one that comes after the last answer takes longer than those before it.
  const quiet = Math.min(patience, 10_000 + 5 * Math.max(0, ...gaps));
  if (times.length > 0) {
    await another(first, quiet);
    created.push(await api.send('POST', '/users', { body: second }));
    if (attempts(second).length > 0 || (await another(second, patience))) await another(second, heldFor + quiet);
  }
  return { failed: attempts(first), held: attempts(second), created, patience };
}
