import { answerOf } from '../state/reasons.ts';
import type { DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import { latencyText } from '../utils/clock.ts';
import { eventNames, exampleData } from '../webhooks/webhooks.ts';
import { connect, serverUrl } from './control-client.ts';
import { colored } from './log-lines.ts';
import { CommandError, type CommandIO } from './process-io.ts';
import { style, wrapped } from './terminal.ts';

export interface TriggerOptions {
  /** The event's `data`; `undefined` for the documented example. */
  readonly payload?: unknown;
  readonly server?: string;
}

/** Characters before a URL. */
const indent = '✓ 204  '.length;

/** Sends one event to the webhooks of a sandbox that runs, and prints what each answered. */
export async function trigger(event: string, options: TriggerOptions, io: CommandIO): Promise<number> {
  if (!eventNames.includes(event)) {
    io.error.text(`Note: the API reference has no event ${event}. It has ${eventNames.join(', ')}.`);
  }
  const control = await connect(serverUrl(options.server, io.env));
  const body = { event, data: options.payload ?? exampleData };
  const sent = await control.send<{ data: readonly DeliveryRecord[] }>('POST', '/events', body);
  if (sent.data.length === 0) {
    throw new CommandError(
      `No webhook is registered for ${event}. Register one at ${control.origin}/dashboard/webhooks, or start the sandbox with one:\n` +
        '  npx @example/sandbox --webhook http://127.0.0.1:3000/webhooks',
    );
  }
  await control.send('POST', '/flush');
  const { data: webhooks } = await control.send<{ data: readonly EndpointRecord[] }>('GET', '/webhooks');
  const counts = { delivered: 0, pending: 0, failed: 0 };
  for (const webhook of webhooks) {
    for (const { id } of sent.data.filter(({ endpoint }) => endpoint === webhook.id)) {
      const delivery = await control.send<DeliveryRecord>('GET', `/deliveries/${id}`);
      counts[delivery.status] += 1;
      printDelivery(delivery, webhook, `${control.origin}/dashboard/deliveries/${id}`, io);
    }
  }
  const texts = Object.entries(counts).flatMap(([status, count]) => (count > 0 ? `${count} ${status}` : []));
  io.out.line();
  io.out.line(`${event}: ${texts.join(', ')}`);
  return counts.delivered === sent.data.length ? 0 : 1;
}

/** Prints `✗ 500  http://…/bad  40 ms  database is locked`, and where to read more. */
function printDelivery(
  { status: state, attempts }: DeliveryRecord,
  { url, disabled }: EndpointRecord,
  page: string,
  { out }: CommandIO,
): void {
  const made = attempts.at(-1);
  const { status } = made ?? {};
  const ended = status ?? (made === undefined ? state : 'no response');
  const mark = colored(`${state === 'delivered' ? '✓' : '✗'} ${ended}`, status);
  const took = made === undefined ? [] : [latencyText(made.duration)];
  const reason = state === 'delivered' ? '' : made === undefined ? `Disabled: ${disabled}` : answerOf(made);
  const { columns = Infinity } = out;
  const notes = [...took, ...(reason === '' ? [] : [reason])].join('  ');
  const fits = mark.text.length + 2 + url.length + 2 + notes.length <= columns;
  out.line(mark, '  ', url, ...(fits ? ['  ', style.faint(notes)] : []));
  if (!fits) for (const text of wrapped(notes, columns - indent)) out.line(' '.repeat(indent), text);
  out.line(' '.repeat(indent), style.faint(page));
}
