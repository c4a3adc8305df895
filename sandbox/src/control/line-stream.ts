/** Lines that a slow reader may lag behind before it is disconnected. */
const maxBehind = 1000;

/** Milliseconds between two empty lines, which show that the connection works. */
const heartbeatInterval = 15_000;

/** A stream of values, each in a line of JSON. */
export class LineStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #closing = new AbortController();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
          // The first line arrives at once, so that the client knows that it is connected.
          this.#write('');
        },
        // Somebody reads it.
        pull: () => {
          this.#heartbeat ??= startHeartbeat(() => this.#write(''));
        },
        cancel: () => this.#close(),
      },
      { highWaterMark: 0 },
    );
  }

  /** Calls `listener` when the stream ends, whoever ends it. */
  onClose(listener: () => void): void {
    this.#closing.signal.addEventListener('abort', listener);
  }

  send(value: unknown): void {
    this.#write(JSON.stringify(value));
  }

  end(): void {
    if (this.#closing.signal.aborted) return;
    this.#controller?.close();
    this.#close();
  }

  #write(line: string): void {
    if (this.#closing.signal.aborted || this.#controller === undefined) return;
    if ((this.#controller.desiredSize ?? 0) < -maxBehind) this.end();
    else this.#controller.enqueue(this.#encoder.encode(`${line}\n`));
  }

  #close(): void {
    clearInterval(this.#heartbeat);
    this.#closing.abort();
  }
}

function startHeartbeat(beat: () => void): ReturnType<typeof setInterval> {
  const timer = setInterval(beat, heartbeatInterval);
  // In Node.js it would keep the process alive.
  if (typeof timer === 'object') timer.unref();
  return timer;
}
