import { timestamp } from '../utils/clock.ts';
import { randomSecret } from '../utils/random.ts';
import { outcomeOf } from '../storage/outcome.ts';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import { attempt } from '../webhooks/attempt.ts';
import { eventNames, exampleData } from '../webhooks/webhooks.ts';
import { connect, serverUrl } from './control-client.ts';
import { attemptLines } from './log-lines.ts';
import { CommandError, type CommandIO, stopSignal } from './process-io.ts';
import { style } from './terminal.ts';

/** Characters of a response to print. */
const maxAnswer = 200;

/** Options of `trigger`. */
export interface TriggerOptions {
  /** Sends the event to this URL, without a sandbox. */
  readonly to?: string;
  readonly secret?: string;
  /** The event's `data`; `undefined` for the documented example. */
  readonly payload?: unknown;
  readonly server?: string;
  readonly wait?: boolean;
}

/** Sends one event, through a sandbox that runs or to a URL. */
export function trigger(event: string, options: TriggerOptions, io: CommandIO): Promise<number> {
  const { to } = options;
  if (!eventNames.includes(event)) {
    io.error.line(`Note: the API reference has no event ${event}. It has ${eventNames.join(', ')}.`);
  }
  return to === undefined ? triggerThroughServer(event, options, io) : triggerDirectly(event, to, options, io);
}

async function triggerThroughServer(event: string, options: TriggerOptions, io: CommandIO): Promise<number> {
  // However the command ends, the stream must not keep the process alive.
  const ended = new AbortController();
  try {
    return await sendAndWatch(event, AbortSignal.any([stopSignal(io), ended.signal]), options, io);
  } finally {
    ended.abort();
  }
}

async function sendAndWatch(
  event: string,
  signal: AbortSignal,
  options: TriggerOptions,
  io: CommandIO,
): Promise<number> {
  const { payload: data = exampleData, wait = false } = options;
  const control = await connect(serverUrl(options.server, io.env), signal);
  // Connected first, so that no attempt is missed.
  const attempts = await control.stream<{ delivery: DeliveryRecord; attempt: Attempt }>('GET', '/streams/attempts');
  const created = await control.send<{ data: readonly DeliveryRecord[] }>('POST', '/events', { event, data });
  const deliveries = created.data;
  if (deliveries.length === 0) {
    throw new CommandError(
      `No webhook is registered for ${event}. Register one with example-sandbox listen --forward-to <url>, ` +
        `with --webhook <url>, or at ${control.origin}/dashboard/webhooks.`,
    );
  }

  const open = new Set(deliveries.map(({ id }) => id));
  let failures = 0;
  const { data: webhooks } = await control.send<{ data: readonly EndpointRecord[] }>('GET', '/webhooks');
  for (const { id, endpoint } of deliveries) {
    const webhook = webhooks.find((each) => each.id === endpoint);
    io.out.line(`${event} → ${webhook?.url ?? endpoint}`);
    io.out.line('  ', style.faint(`${control.origin}/dashboard/deliveries/${id}`));
    if (webhook?.disabled === undefined) continue;
    io.out.line('  The webhook is disabled, so the event waits until you enable it.');
    open.delete(id);
    failures += 1;
  }
  if (open.size === 0) return 1;
  for await (const { delivery, attempt: made } of attempts) {
    if (!open.has(delivery.id)) continue;
    const { responseBody = '', ...outcome } = made;
    io.out.lines(attemptLines(delivery, outcome, io.out.columns));
    const [answer = ''] = responseBody.trim().split('\n', 1);
    if (answer !== '') io.out.line('          ', style.faint(`← ${answer.slice(0, maxAnswer)}`));
    if (wait && delivery.status === 'pending') continue;
    open.delete(delivery.id);
    if (delivery.status !== 'delivered') failures += 1;
    if (open.size === 0) break;
  }
  return failures === 0 && open.size === 0 ? 0 : 1;
}

async function triggerDirectly(event: string, to: string, options: TriggerOptions, io: CommandIO): Promise<number> {
  const secret = options.secret ?? io.env['EXAMPLE_WEBHOOK_SECRET'];
  if (secret === undefined) {
    throw new CommandError('--to needs --secret or the environment variable EXAMPLE_WEBHOOK_SECRET.', 2);
  }
  const body = JSON.stringify({ event, data: options.payload ?? exampleData, timestamp: timestamp(Date.now()) });
  const made = await attempt(
    { id: '', url: to, events: [], secret, created_at: '' },
    { message: `msg_${randomSecret()}`, body },
    { fetch, timeout: 15_000, now: Date.now },
  );
  const answer = made.status === undefined ? (made.error ?? '') : `${made.status} ${made.responseBody ?? ''}`.trim();
  io.out.line(`${event} → ${to}`);
  io.out.line(body);
  io.out.text(`← ${answer} (${made.duration} ms)`);
  return outcomeOf(made).kind === 'delivered' ? 0 : 1;
}
