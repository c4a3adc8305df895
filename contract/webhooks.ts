import { signWebhook, verifyWebhook } from '@example/sdk/webhooks';
import * as z from 'zod/mini';
import { type Check, check, type Checks, count, fails, type Finding, holds, type Run, unclear } from './check.ts';
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

const nothingArrived = ({ trial }: Run): Finding =>
  unclear('No delivery arrived. Is the URL registered for user.created?', ...(trial?.created ?? []));

/** Checks each delivery that there is: `problem` returns what is wrong with one. */
const ofEachDelivery = (
  problem: (delivery: Delivery, run: Run) => Promise<string | undefined> | string | undefined,
  seen: (deliveries: readonly Delivery[]) => string,
  verdict = holds,
): Check =>
  check(['--delivery'], async (run) => {
    if (run.deliveries.length === 0) return nothingArrived(run);
    for (const delivery of run.deliveries) {
      const text = await problem(delivery, run);
      if (text !== undefined) return fails(text, delivery);
    }
    return verdict(seen(run.deliveries), ...run.deliveries);
  });

export const webhookChecks: Checks = {
  'webhook-signature': ofEachDelivery(
    async ({ headers, body, receivedAt }, { webhookSecret }) => {
      // A saved delivery may be old; only one that just arrived has to be recent.
      const now = new Date(receivedAt ?? (Number(headers.get('webhook-timestamp')) || 0) * 1_000);
      return verifyWebhook(body, headers, webhookSecret, { now }).then(() => undefined, String);
    },
    ({ length }) => `${count(length, 'signature')} verified.`,
  ),
  'webhook-secret': check(['--delivery'], async ({ webhookSecret: secret }) => {
    if (secret === undefined) return unclear('EXAMPLE_WEBHOOK_SECRET is not set.');
    return signWebhook({ id: 'contract', timestamp: 0, body: '', secret }).then(
      () => holds('EXAMPLE_WEBHOOK_SECRET is base64 of 24 bytes or more.'),
      (error: unknown) => fails(String(error)),
    );
  }),
  'webhook-id': check(['--delivery'], ({ deliveries }) => {
    const events = [...Map.groupBy(deliveries, ({ body }) => body).values()];
    const repeated = events.filter(({ length }) => length > 1);
    if (repeated.length === 0) return unclear('No event was delivered twice.', ...deliveries);
    const other = repeated.find((attempts) => new Set(attempts.map(({ id }) => id)).size > 1);
    return other
      ? fails(`${other.length} attempts of one event have different ids.`, ...other)
      : holds(`All attempts of ${count(repeated.length, 'event')} have the same id.`, ...repeated.flat());
  }),
  'webhook-retries': check(['--webhook-url'], (run) => {
    const { failed = [] } = run.trial ?? {};
    if (failed.length === 0) return nothingArrived(run);
    const last = failures[failed.length - 1];
    if (last !== undefined)
      return fails(`A delivery answered with ${last} did not come again in the time of --wait.`, ...failed);
    return failed.length > failures.length + 1
      ? fails('A delivery answered with 204 came again.', ...failed)
      : holds(`Those answered with ${failures.join(' and ')} came again, one answered with 204 did not.`, ...failed);
  }),
  'webhook-retry-duration': ofEachDelivery(
    (delivery) => {
      const days = ageOf(delivery) / 86_400;
      return days > 4 ? `An attempt came ${days.toFixed(1)} days after its event.` : undefined;
    },
    (all) => `The latest came ${Math.max(...all.map(ageOf))} s after its event. Save one that failed for days.`,
    unclear,
  ),
  'webhook-timeout': check(['--webhook-url'], (run) => {
    const { held = [] } = run.trial ?? {};
    if (held.length === 0) return nothingArrived(run);
    return held.length > 1
      ? fails(`A delivery answered after ${heldFor / 1_000} s came again.`, ...held)
      : holds(`The API waited ${heldFor / 1_000} s for a response.`, ...held);
  }),
  'webhook-size': ofEachDelivery(
    (delivery) => (sizeOf(delivery) > 1_000_000 ? `A delivery has ${sizeOf(delivery)} bytes.` : undefined),
    (all) => `The largest of ${all.length} has ${Math.max(...all.map(sizeOf))} bytes.`,
  ),
  'webhook-events': ofEachDelivery(
    (delivery) => (eventOf(delivery) ? undefined : 'A body has no `event`, `data` and `timestamp`.'),
    (all) => `Events: ${[...new Set(all.map((each) => eventOf(each)?.event))].join(', ')}.`,
  ),
};

const sizeOf = ({ body }: Delivery): number => Buffer.byteLength(body);

/** Seconds from the event to the attempt; 0 if one of them is not known. */
function ageOf(delivery: Delivery): number {
  const attempt = Number(delivery.headers.get('webhook-timestamp') ?? NaN);
  const happened = Date.parse(eventOf(delivery)?.timestamp ?? '') / 1_000;
  return Math.max(0, attempt - happened) || 0;
}
