import type { Listeners } from '../utils/listeners.ts';
import { textStream } from '../utils/text-stream.ts';

/** Shortest time between two messages about changes, in milliseconds: a load test must not make the pages busy. */
const minInterval = 200;

/**
 * Server-sent events for the open pages: `boot` with the id of this server at first, then `change` whenever the state has
 * changed. A page loads itself again to show what changed.
 */
export function eventStream(changes: Listeners, boot: string): ReadableStream<Uint8Array> {
  return textStream(': still here\n\n', ({ send }) => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    send(`event: boot\ndata: ${boot}\n\n`);
    const unsubscribe = changes.subscribe(() => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        send('event: change\ndata:\n\n');
      }, minInterval);
    });
    return () => {
      unsubscribe();
      clearTimeout(waiting);
    };
  });
}
