import { styleText } from 'node:util';
import type { Client, ResponseEvent } from '@example/sdk';

const width = 20;

/** Shows in one line what a client does with its rate limit: what is left of the budget, and what waits for it. */
export class RateLimitGauge {
  /** Requests that the API has refused. */
  refused = 0;
  readonly #client: Client;
  readonly #output: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;
  #answered = 0;

  constructor(client: Client, output: NodeJS.WriteStream) {
    this.#client = client;
    this.#output = output;
    client.on('response', this.#count);
    // Only a terminal can show a line that changes. Elsewhere, a line a second is enough.
    this.#timer = setInterval(() => this.#draw(), output.isTTY ? 50 : 1_000);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#client.off('response', this.#count);
    this.#draw();
    if (this.#output.isTTY) this.#output.write('\n');
  }

  readonly #count = ({ status }: ResponseEvent): void => {
    if (status === 429) this.refused += 1;
    else this.#answered += 1;
  };

  #draw(): void {
    const state = this.#client.rateLimit;
    if (!state) return;
    const { limit, remaining, reset, waiting } = state;
    const full = Math.round((remaining / limit) * width);
    const bar =
      styleText(remaining > 0 ? 'green' : 'yellow', '█'.repeat(full)) + styleText('dim', '░'.repeat(width - full));
    const next = reset === undefined ? '' : `next window in ${Math.max(0, reset - Date.now() / 1_000).toFixed(1)} s`;
    const line = [
      `  ${bar} ${String(remaining).padStart(3)} of ${limit} left`,
      `answered ${String(this.#answered).padStart(3)}`,
      `waiting ${String(waiting).padStart(3)}`,
      `refused ${this.refused}`,
      next,
    ].join('   ');
    this.#output.write(this.#output.isTTY ? `\r${line}\x1b[K` : `${line}\n`);
  }
}
