import type { Changes } from '../state/changes.ts';

/** Shortest time between two messages about changes, in milliseconds: a load test must not make the pages busy. */
const minInterval = 200;

/** Milliseconds between two heartbeats, which detect closed connections. */
const heartbeatInterval = 15_000;

/** Messages that a slow reader may lag behind before it is disconnected. It reconnects by itself. */
const maxBehind = 100;

/**
 * Server-sent events for the open pages: `boot` with the id of this server at first, then `change` whenever the state has
 * changed. A page loads itself again to show what changed.
 */
export function eventStream(changes: Changes, boot: string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop: () => void = () => undefined;
  return new ReadableStream({
    start(controller) {
      let waiting: ReturnType<typeof setTimeout> | undefined;
      const send = (text: string) => {
        if ((controller.desiredSize ?? 0) > -maxBehind) {
          controller.enqueue(encoder.encode(text));
        } else {
          stop();
          controller.close();
        }
      };
      const unsubscribe = changes.subscribe(() => {
        waiting ??= setTimeout(() => {
          waiting = undefined;
          send('event: change\ndata:\n\n');
        }, minInterval);
      });
      const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatInterval);
      if (typeof heartbeat === 'object') heartbeat.unref();
      stop = () => {
        unsubscribe();
        clearInterval(heartbeat);
        clearTimeout(waiting);
      };
      send(`event: boot\ndata: ${boot}\n\n`);
    },
    cancel() {
      stop();
    },
  });
}
