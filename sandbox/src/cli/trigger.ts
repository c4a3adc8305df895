import type { DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import { eventNames, exampleData } from '../webhooks/webhooks.ts';
import { connect, serverUrl } from './control-client.ts';
import { attemptLines, indent } from './log-lines.ts';
import { CommandError, type CommandIO } from './process-io.ts';
import { style } from './terminal.ts';

export interface TriggerOptions {
  /** The event's `data`; `undefined` for the documented example. */
  readonly payload?: unknown;
  readonly server?: string;
}

/** Sends one event to the webhooks of a sandbox that runs, and prints what each answered. */
export async function trigger(event: string, options: TriggerOptions, { out, error, env }: CommandIO): Promise<number> {
  if (!eventNames.includes(event)) {
    error.text(`Note: the API reference has no event ${event}. It has ${eventNames.join(', ')}.`);
  }
  const control = await connect(serverUrl(options.server, env));
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
  let delivered = 0;
  for (const { id: webhook, url, disabled } of webhooks) {
    for (const { id } of sent.data.filter(({ endpoint }) => endpoint === webhook)) {
      const delivery = await control.send<DeliveryRecord>('GET', `/deliveries/${id}`);
      const made = delivery.attempts.at(-1);
      out.lines(made === undefined ? [[`${url}: ${disabled}`]] : attemptLines(delivery, made, url, out.columns));
      out.line(indent, style.faint(`${control.origin}/dashboard/deliveries/${id}`));
      if (delivery.status === 'delivered') delivered += 1;
    }
  }
  out.line();
  out.line(`${event}: ${delivered} of ${sent.data.length} delivered`);
  return delivered === sent.data.length ? 0 : 1;
}
