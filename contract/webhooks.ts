import { signWebhook, verifyWebhook } from '@example/sdk/webhooks';
import * as z from 'zod/mini';
import { type Check, count, fails, type Finding, holds, type Run, unclear } from './check.ts';
import { type Delivery, failures, heldFor } from './deliveries.ts';

const eventSchema = z.object({
  event: z.string().check(z.minLength(1)),
  data: z.looseObject({}),
  timestamp: z.string(),
});

/** The event of a delivery; `undefined` if its body isn't one. */
function eventOf({ body }: Delivery): z.output<typeof eventSchema> | undefined {
  try {
    return eventSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

const idOf = ({ headers }: Delivery): string => headers.get('webhook-id') ?? 'none';

/** A finding about webhooks, with the ids of deliveries and the requests that caused them. */
const about = (finding: Finding, deliveries: readonly Delivery[], { trial }: Run): Finding => ({
  ...finding,
  requestIds: [
    ...new Set([...(trial?.created.flatMap(({ requestId }) => requestId ?? []) ?? []), ...deliveries.map(idOf)]),
  ],
});

/** A check of each delivery that there is: `problem` says what is wrong with one. */
const ofEachDelivery = (
  check: Omit<Check, 'run' | 'needs'>,
  problem: (delivery: Delivery, run: Run) => Promise<string | undefined> | string | undefined,
  seen: (deliveries: readonly Delivery[]) => Finding,
): Check => ({
  ...check,
  needs: ['--delivery'],
  run: async (run) => {
    if (run.deliveries.length === 0) return nothingArrived(run);
    for (const delivery of run.deliveries) {
      const text = await problem(delivery, run);
      if (text !== undefined) return about(fails(text), [delivery], run);
    }
    return about(seen(run.deliveries), run.deliveries, run);
  },
});

const nothingArrived = (run: Run): Finding =>
  about(unclear('No delivery arrived. Is the URL registered for user.created?'), [], run);

export const webhookChecks: readonly Check[] = [
  ofEachDelivery(
    { id: 'webhook-signature', remedy: 'Replace the check by the option `verify` of `Webhooks` (docs/webhooks.md).' },
    async (delivery, { webhookSecret }) => {
      // A saved delivery is as old as it is: only one that just arrived has to be recent.
      const attempt = Number(delivery.headers.get('webhook-timestamp') ?? NaN) * 1_000;
      const now = new Date(delivery.receivedAt ?? (Number.isNaN(attempt) ? 0 : attempt));
      return verifyWebhook(delivery.body, delivery.headers, webhookSecret, { now }).then(
        () => undefined,
        (error: unknown) => String(error),
      );
    },
    (deliveries) => holds(`${count(deliveries.length, 'signature')} verified.`),
  ),
  {
    id: 'webhook-secret',
    needs: ['--delivery'],
    remedy: 'Read the format in `parseSecret` of src/webhooks/secrets.ts.',
    run: async ({ webhookSecret: secret }) => {
      if (secret === undefined) return unclear('EXAMPLE_WEBHOOK_SECRET is not set.');
      return signWebhook({ id: 'contract', timestamp: 0, body: '', secret }).then(
        () => holds('EXAMPLE_WEBHOOK_SECRET is base64 of 24 bytes or more.'),
        (error: unknown) => fails(String(error)),
      );
    },
  },
  {
    id: 'webhook-id',
    needs: ['--delivery'],
    remedy: 'Make handlers idempotent by the `id` in `data`: the replay store knows events by `webhook-id`.',
    run: (run) => {
      const events = Map.groupBy(run.deliveries, ({ body }) => body);
      const repeated = [...events.values()].filter((attempts) => attempts.length > 1);
      if (repeated.length === 0) return about(unclear('No event was delivered twice.'), run.deliveries, run);
      const other = repeated.find((attempts) => new Set(attempts.map(idOf)).size > 1);
      return other
        ? about(fails(`${other.length} attempts of one event have different ids.`), other, run)
        : about(holds(`All attempts of ${count(repeated.length, 'event')} have the same id.`), repeated.flat(), run);
    },
  },
  {
    id: 'webhook-retries',
    needs: ['--webhook-url'],
    remedy: 'Keep what failed in the option `onError` of `Webhooks`, which receives the event.',
    run: (run) => {
      const { failed = [], patience = 0 } = run.trial ?? {};
      if (failed.length === 0) return nothingArrived(run);
      const last = failures[failed.length - 1];
      if (last !== undefined)
        return about(
          fails(`A delivery answered with ${last} did not come again within ${patience / 1_000} s.`),
          failed,
          run,
        );
      return failed.length > failures.length + 1
        ? about(fails('A delivery answered with 204 came again.'), failed, run)
        : about(
            holds(`Deliveries answered with ${failures.join(' and ')} came again, one answered with 204 did not.`),
            failed,
            run,
          );
    },
  },
  ofEachDelivery(
    { id: 'webhook-retry-duration', remedy: 'Raise the option `retention` of the replay store.' },
    (delivery) => {
      const days = ageOf(delivery) / 86_400;
      return days > 4 ? `An attempt came ${days.toFixed(1)} days after its event.` : undefined;
    },
    (deliveries) =>
      unclear(
        `The latest attempt came ${Math.max(...deliveries.map(ageOf))} s after its event. Save one of an event that failed for days.`,
      ),
  ),
  {
    id: 'webhook-timeout',
    needs: ['--webhook-url'],
    remedy: 'In the handler, put the event into a queue of your own (docs/webhooks.md).',
    run: (run) => {
      const { held = [] } = run.trial ?? {};
      if (held.length === 0) return nothingArrived(run);
      return held.length > 1
        ? about(fails(`A delivery answered after ${heldFor / 1_000} s came again.`), held, run)
        : about(holds(`The API waited ${heldFor / 1_000} s for a response.`), held, run);
    },
  },
  ofEachDelivery(
    { id: 'webhook-size', remedy: 'Raise the option `maxBodyBytes` of `Webhooks`.' },
    ({ body }) => {
      const size = Buffer.byteLength(body);
      return size > 1_000_000 ? `A delivery has ${size} bytes.` : undefined;
    },
    (deliveries) =>
      holds(
        `The largest of ${deliveries.length} has ${Math.max(...deliveries.map(({ body }) => Buffer.byteLength(body)))} bytes.`,
      ),
  ),
  ofEachDelivery(
    { id: 'webhook-events', remedy: 'Read the other format in src/webhooks/body.ts, and describe it in events.ts.' },
    (delivery) => (eventOf(delivery) ? undefined : 'A body has no `event`, `data` and `timestamp`.'),
    (deliveries) => holds(`Events: ${[...new Set(deliveries.map((each) => eventOf(each)?.event))].join(', ')}.`),
  ),
];

/** Seconds from the event to the attempt; 0 if one of them is not known. */
function ageOf(delivery: Delivery): number {
  const attempt = Number(delivery.headers.get('webhook-timestamp') ?? NaN);
  const happened = Date.parse(eventOf(delivery)?.timestamp ?? '') / 1_000;
  return Math.max(0, attempt - happened) || 0;
}
