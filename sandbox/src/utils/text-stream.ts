/** Bytes that a slow reader may lag behind before it is disconnected. It connects again by itself. */
const maxBehind = 4_000_000;

/** Milliseconds between two heartbeats, which detect closed connections. */
const heartbeatInterval = 15_000;

/** What the source of a stream can do with it. */
interface Sink<T> {
  readonly send: (value: T) => void;
  readonly end: () => void;
}

/**
 * A text that goes on until its reader disconnects or is too slow, or its source ends it.
 *
 * @param heartbeat Text without a meaning.
 * @param open Starts to send. Returns what to do when the stream ends, whoever ends it.
 */
export function textStream(heartbeat: string, open: (sink: Sink<string>) => () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let close: () => void = () => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let isOpen = true;
        const end = () => {
          if (!isOpen) return;
          close();
          controller.close();
        };
        const send = (text: string) => {
          if (!isOpen) return;
          const bytes = encoder.encode(text);
          // A reader that has kept up gets any text.
          const behind = -(controller.desiredSize ?? 0);
          if (behind > 0 && behind + bytes.length > maxBehind) end();
          else controller.enqueue(bytes);
        };
        const stop = open({ send, end });
        const timer = setInterval(() => send(heartbeat), heartbeatInterval);
        // In Node.js it would keep the process alive.
        if (typeof timer === 'object') timer.unref();
        close = () => {
          isOpen = false;
          clearInterval(timer);
          stop();
        };
      },
      cancel: () => close(),
    },
    { highWaterMark: 0, size: (bytes: Uint8Array) => bytes.byteLength },
  );
}

/** Values, each in a line of JSON. Empty lines keep the connection open. {@link parseLines} reads them. */
export function lineStream<T>(open: (sink: Sink<T>) => () => void): ReadableStream<Uint8Array> {
  return textStream('\n', ({ send, end }) => {
    // The first line arrives at once, so that the client knows that it is connected.
    send('\n');
    return open({ send: (value) => send(`${JSON.stringify(value)}\n`), end });
  });
}

/** The values of a {@link lineStream}. */
export async function* parseLines(stream: ReadableStream<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as unknown;
  }
}
