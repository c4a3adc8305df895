import * as z from 'zod/mini';
import { sleep } from '../utils/abort.ts';
import { send } from '../webhooks/attempt.ts';
import type { ForwardedRequest, ForwardingEvent } from '../webhooks/forwarding.ts';
import { connect, type ControlClient, serverUrl } from './control-client.ts';
import { logLines } from './log-lines.ts';
import { CommandError, type CommandIO, stopSignal } from './process-io.ts';
import { style } from './terminal.ts';

/** Options of `listen`. */
export interface ListenOptions {
  readonly forwardTo: string;
  readonly events?: readonly string[];
  readonly secret?: string;
  readonly server?: string;
  readonly json?: boolean;
}

/** Milliseconds between two attempts to connect again. */
const reconnectDelay = 1000;

/** How long the receiver may take, in milliseconds: less than the sandbox waits. */
const timeout = 14_000;

/** Registers a webhook with a sandbox that runs, and makes its requests until the user stops the command. */
export async function listen(options: ListenOptions, io: CommandIO): Promise<number> {
  const { forwardTo: url, events, json = false } = options;
  const signal = stopSignal(io);
  const isStopped = () => signal.aborted;
  const origin = serverUrl(options.server, io.env);
  let secret = options.secret ?? io.env['EXAMPLE_WEBHOOK_SECRET'];
  let isFirst = true;

  while (!isStopped()) {
    try {
      const control = await connect(origin, signal, io.env['EXAMPLE_SANDBOX_TOKEN']);
      const stream = await control.stream<ForwardingEvent>('POST', '/forwarding', { url, events, secret });
      for await (const event of stream) {
        if (event.type === 'webhook') {
          // The same one after a restart of the sandbox, so that the receiver goes on working.
          ({ secret } = event.webhook);
          if (isFirst) announce(url, event.webhook.secret, io, json);
          else io.error.line('Connected again.');
          isFirst = false;
        } else {
          void forward(event.request, control, io, json);
        }
      }
      // After a reset, the sandbox is still running. Reconnect without a delay, because a test may continue immediately.
      if (await isReachable(origin, signal)) continue;
    } catch (error) {
      if (isStopped()) break;
      // A sandbox that restarts is away for a moment; one that was never there is a mistake.
      if (isFirst || !(error instanceof CommandError)) throw error;
    }
    if (!isStopped()) {
      io.error.line(`The sandbox at ${origin} has stopped. Waiting until it is back.`);
      await untilReachable(origin, signal);
    }
  }
  return 0;
}

function announce(url: string, secret: string, { out }: CommandIO, json: boolean): void {
  if (json) {
    out.json({ type: 'ready', url, secret });
    return;
  }
  out.line();
  out.line(style.bold(`Forwarding events to ${url}`), ' ', style.faint('Press Ctrl-C to stop.'));
  out.line();
  out.line('  ', style.faint('Secret'), `  ${secret}`);
  out.line();
  out.line(`Your server needs it to verify the events: export EXAMPLE_WEBHOOK_SECRET=${secret}`);
  out.line();
}

async function forward(request: ForwardedRequest, control: ControlClient, { out }: CommandIO, json: boolean) {
  const { id, url, headers, body } = request;
  const begin = performance.now();
  const { status, responseHeaders, responseBody, error } = await send(url, body, headers, { fetch, timeout });
  const duration = Math.round(performance.now() - begin);

  const event = eventOf(body);
  const message = headers['webhook-id'] ?? '';
  if (json) out.json({ type: 'attempt', event, id: message, url, status, error, duration });
  else {
    // Why it failed, or what it can be found by.
    const failure = status === undefined ? error : status < 300 ? undefined : responseBody?.trim().split('\n', 1)[0];
    const note = failure === undefined || failure === '' ? message : failure;
    const at = new Date().toISOString();
    out.lines(logLines({ at, status, kind: '→', subject: event, duration, note }, out.columns));
  }
  const answer = status === undefined ? { error } : { status, headers: responseHeaders, body: responseBody };
  // The sandbox may have stopped or given up meanwhile.
  await control.send('POST', `/forwarding/${id}`, answer).catch(() => undefined);
}

function eventOf(body: string): string {
  const { success, data } = z.object({ event: z.string() }).safeParse(JSON.parse(body));
  return success ? data.event : 'event';
}

/** Waits until a sandbox runs there, or the user stops the command. */
async function untilReachable(origin: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(reconnectDelay, signal).catch(() => undefined);
    if (await isReachable(origin, signal)) return;
  }
}

async function isReachable(origin: string, signal: AbortSignal): Promise<boolean> {
  return (await connect(origin, signal).catch(() => undefined)) !== undefined;
}
