import * as z from 'zod/mini';
import type { Api, Exchange } from './api.ts';
import { newUser } from './check.ts';

/** One received attempt to deliver an event. */
export interface Delivery {
  /** The `webhook-id`, or `none`. */
  readonly id: string;
  readonly headers: Headers;
  /** The body exactly as received. */
  readonly body: string;
  /** In epoch milliseconds; `undefined` for a saved delivery. */
  readonly receivedAt: number | undefined;
}

const asDelivery = (headers: Headers, body: string, receivedAt?: number): Delivery => ({
  id: headers.get('webhook-id') ?? 'none',
  headers,
  body,
  receivedAt,
});

const savedSchema = z.object({ headers: z.record(z.string(), z.string()), body: z.string() });
const fileSchema = z.union([z.array(savedSchema).check(z.minLength(1)), savedSchema]);

/** Reads saved deliveries: `{ "headers": { … }, "body": "…" }`, or an array of them. */
export function readDeliveries(text: string): readonly Delivery[] {
  const saved = [fileSchema.parse(JSON.parse(text))].flat();
  return saved.map(({ headers, body }) => asDelivery(new Headers(headers), body));
}

/** Receives deliveries, and responds to those of the trial's users as the trial requires. */
export class Receiver {
  /** The response to a GET, which shows that a URL leads here. */
  readonly mark: string = crypto.randomUUID();
  readonly deliveries: Delivery[] = [];
  /** By email address: the status of each attempt and the milliseconds to wait before it. Then 204. */
  readonly answers = new Map<string, (readonly [status: number, after: number])[]>();

  readonly handle = async (request: Request): Promise<Response> => {
    if (request.method !== 'POST') return new Response(this.mark);
    const body = await request.text();
    this.deliveries.push(asDelivery(request.headers, body, Date.now()));
    const answers = [...this.answers].find(([email]) => body.includes(email))?.[1];
    const [status, after] = answers?.shift() ?? [204, 0];
    await sleep(after);
    return new Response(null, { status });
  };
}

/** The statuses that the first user's attempts get. */
export const failures = [500, 400] as const;

/** How long the trial keeps the second user's attempt waiting, in milliseconds. */
export const heldFor = 5_000;

/** The deliveries for the two users that the trial created. */
export interface Trial {
  /** For the user whose attempts get 500, 400 and then 204. */
  readonly failed: readonly Delivery[];
  /** For the user whose first attempt gets 204 after five seconds. */
  readonly held: readonly Delivery[];
  readonly created: readonly Exchange[];
}

/**
 * Creates two users and receives their deliveries.
 *
 * @param patience How long to wait for an attempt, in milliseconds.
 */
export async function tryDeliveries(api: Api, receiver: Receiver, patience: number): Promise<Trial> {
  const [first, second] = [newUser(), newUser()];
  receiver.answers.set(
    first.email,
    failures.map((status) => [status, 0] as const),
  );
  receiver.answers.set(second.email, [[204, heldFor]]);
  const attempts = ({ email }: typeof first) => receiver.deliveries.filter(({ body }) => body.includes(email));
  /** Waits for more than this many attempts. */
  const hasMore = async (user: typeof first, than: number, time: number) => {
    for (const end = Date.now() + time; attempts(user).length <= than && Date.now() < end;) await sleep(500);
    return attempts(user).length > than;
  };

  const created = [await api.send('POST', '/users', { body: first })];
  let known = 0;
  while (known <= failures.length && (await hasMore(first, known, patience))) known = attempts(first).length;
  if (known > 0) {
    const times = attempts(first).map(({ receivedAt = 0 }) => receivedAt);
    const gaps = times.map((time, index) => time - (times[index - 1] ?? time));
    // Delays grow, so an attempt after the last response takes longer than those before it.
    const quiet = Math.min(patience, 10_000 + 5 * Math.max(...gaps));
    await hasMore(first, known, quiet);
    created.push(await api.send('POST', '/users', { body: second }));
    if (await hasMore(second, 0, patience)) await hasMore(second, 1, heldFor + quiet);
  }
  return { failed: attempts(first), held: attempts(second), created };
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
