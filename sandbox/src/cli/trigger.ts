import * as z from 'zod/mini';
import { answerOf } from '../state/reasons.ts';
import type { DeliveryRecord, EndpointRecord } from '../storage/record-types.ts';
import { latencyText } from '../utils/clock.ts';
import { parseJson } from '../utils/json.ts';
import { errorBodySchema } from '../utils/schemas.ts';
import { eventExamples } from '../webhooks/event-examples.ts';
import { colored, indent } from './log-lines.ts';
import { CommandError, type CommandIO } from './process-io.ts';
import { style, wrapped } from './terminal.ts';

/** Where the command line listens by default. */
const defaultServer = 'http://127.0.0.1:4010';

const infoSchema = z.object({ name: z.literal('@example/sandbox') });

export interface TriggerOptions {
  /** The event's `data`. Default: the documented example, or an empty object. */
  readonly payload?: unknown;
  readonly server?: string;
}

/** Sends one event to the webhooks of a sandbox that runs, and prints what each answered. */
export async function trigger(event: string, options: TriggerOptions, { out, error, env }: CommandIO): Promise<number> {
  const example = eventExamples.get(event);
  if (!example)
    error.text(`Note: the API reference has no event ${event}. It has ${[...eventExamples.keys()].join(', ')}.`);
  const control = await connect(serverUrl(options.server, env));
  const body = { event, data: options.payload ?? example ?? {} };
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
  for (const webhook of webhooks) {
    for (const { id } of sent.data.filter(({ endpoint }) => endpoint === webhook.id)) {
      const delivery = await control.send<DeliveryRecord>('GET', `/deliveries/${id}`);
      out.lines(deliveryLines(delivery, webhook, out.columns));
      out.line(indent, style.faint(`${control.origin}/dashboard/deliveries/${id}`));
      if (delivery.status === 'delivered') delivered += 1;
    }
  }
  out.line();
  out.line(`${event}: ${delivered} of ${sent.data.length} delivered`);
  return delivered === sent.data.length ? 0 : 1;
}

/** What came of a delivery: `✗ 500     http://…/bad  40 ms  database is locked`. */
function deliveryLines({ status, attempts }: DeliveryRecord, { url, disabled }: EndpointRecord, columns = Infinity) {
  const made = attempts.at(-1);
  const reason = made === undefined ? `Disabled: ${disabled}` : status === 'delivered' ? '' : answerOf(made);
  const mark = `${status === 'delivered' ? '✓' : '✗'} ${made?.status ?? ''}`;
  const text = [url, made && latencyText(made.duration), reason].filter(Boolean).join('  ');
  const start = colored(mark.padEnd(indent.length), made?.status);
  return wrapped(text, columns - indent.length).map((part, index) => [index === 0 ? start : indent, part]);
}

/** The URL of the sandbox that commands talk to: `--server`, or the base URL that programs use, or the default one. */
function serverUrl(server: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const url = server ?? env['EXAMPLE_BASE_URL'] ?? defaultServer;
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return new URL(url).origin;
  throw new CommandError(`EXAMPLE_BASE_URL is ${url}. It must be a URL such as ${defaultServer}/v1.`);
}

/**
 * Connects to the control API of a sandbox that runs. Its results are typed as the sandbox's own records.
 *
 * @throws {CommandError} when no sandbox runs there, or when it refuses a request.
 */
async function connect(origin: string) {
  /** Sends a request, and reads the response. */
  const send = async <T>(method: string, path: string, fields?: unknown): Promise<T> => {
    const json = { body: JSON.stringify(fields), headers: { 'Content-Type': 'application/json' } };
    const response = await fetch(`${origin}/__sandbox${path}`, { method, ...(fields !== undefined && json) }).catch(
      () => {
        throw new CommandError(
          `No sandbox is running at ${origin}. Start one with npx @example/sandbox, or choose another with --server.`,
        );
      },
    );
    const body = parseJson(await response.text());
    const { error } = errorBodySchema.safeParse(body).data ?? {};
    if (error === undefined) return body as T; // It is a sandbox: see below.
    const details = Object.entries(error.details).map((detail) => `  ${detail.join(': ')}`);
    throw new CommandError([error.message, ...details].join('\n'));
  };

  if (!infoSchema.safeParse(await send('GET', '/info')).success) {
    throw new CommandError(`${origin} is not a sandbox of the Example API. Choose another server with --server.`);
  }
  return { origin, send };
}
