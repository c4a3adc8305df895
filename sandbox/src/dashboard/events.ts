import type { Listeners } from '../utils/listeners.ts';

/** Shortest time between two messages about changes, in milliseconds: a load test must not make the pages busy. */
const minInterval = 200;

/** Milliseconds between two heartbeats, which keep proxies from closing the connection. */
const heartbeatInterval = 15_000;

/**
 * Server-sent events for the open pages: `boot` with the id of this server at first, then `change` whenever the state has
 * changed. A page loads itself again to show what changed.
 */
export function eventStream(changes: Listeners, boot: string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let close: () => void;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let waiting: ReturnType<typeof setTimeout> | undefined;
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      send(`event: boot\ndata: ${boot}\n\n`);
      const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatInterval);
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
  });
}
