import type { Listeners } from '../utils/listeners.ts';

/** Shortest time between two messages about changes, in milliseconds: a load test must not make the pages busy. */
const minInterval = 200;

/** Milliseconds between two heartbeats, which detect closed connections. */
const heartbeatInterval = 15_000;

/** Bytes that a slow reader may lag behind before it is disconnected. It connects again by itself. */
const maxBehind = 100_000;

/**
 * Server-sent events for the open pages: `boot` with the id of this server at first, then `change` whenever the state has
 * changed. A page loads itself again to show what changed.
 */
export function eventStream(changes: Listeners, boot: string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let close: () => void = () => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let waiting: ReturnType<typeof setTimeout> | undefined;
        const send = (text: string) => {
          controller.enqueue(encoder.encode(text));
          if (-(controller.desiredSize ?? 0) <= maxBehind) return;
          close();
          controller.close();
        };
        send(`event: boot\ndata: ${boot}\n\n`);
        const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatInterval);
        // In Node.js it would keep the process alive.
        if (typeof heartbeat === 'object') heartbeat.unref();
        const unsubscribe = changes.subscribe(() => {
          waiting ??= setTimeout(() => {
            waiting = undefined;
            send('event: change\ndata:\n\n');
          }, minInterval);
        });
        close = () => {
          clearInterval(heartbeat);
          clearTimeout(waiting);
          unsubscribe();
        };
      },
      cancel: () => close(),
    },
    { highWaterMark: 0, size: (bytes: Uint8Array) => bytes.byteLength },
  );
}
