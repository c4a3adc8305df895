import { styleText } from 'node:util';
import type { Client, ResponseEvent } from '@example/sdk';

/** Columns of the bar. The whole line fits a terminal with 60 columns. */
const width = 8;

/** Shows a client's rate limit in one line: how many requests are left, and how many calls wait. */
export class RateLimitGauge {
  /** Requests that the API has refused. */
  refused = 0;
  readonly #client: Client;
  readonly #output: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;
  /** Requests sent so far. Add the waiting calls to get the total. */
  #sent = 0;
  /** The last number that was printed where lines can't be rewritten. */
  #printed: number | undefined;

  constructor(client: Client, output: NodeJS.WriteStream) {
    this.#client = client;
    this.#output = output;
    client.on('request', this.#countSent);
    client.on('response', this.#countRefused);
    // Only a terminal can rewrite a line. Anywhere else, a new line is printed when fewer calls wait.
    this.#timer = setInterval(() => this.#draw(), output.isTTY ? 50 : 1_000);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#client.off('request', this.#countSent);
    this.#client.off('response', this.#countRefused);
    this.#draw();
    if (this.#output.isTTY) this.#output.write('\n');
  }

  readonly #countSent = (): void => {
    this.#sent += 1;
  };

  readonly #countRefused = ({ status }: ResponseEvent): void => {
    if (status === 429) this.refused += 1;
  };

  #draw(): void {
    const state = this.#client.rateLimit;
    if (!state) return;
    const { limit, remaining, waiting } = state;
    if (!this.#output.isTTY && waiting === this.#printed) return;
    this.#printed = waiting;
    const full = Math.round((remaining / limit) * width);
    const bar =
      styleText(remaining > 0 ? 'green' : 'yellow', '█'.repeat(full)) + styleText('dim', '░'.repeat(width - full));
    const left = `${remaining}/${limit} left`.padStart(12);
    const count = (calls: number, what: string) => `  ${String(calls).padStart(3)} ${what}`;
    const line = `  ${bar} ${left}${count(this.#sent, 'sent')}${count(waiting, 'waiting')}  ${this.refused} refused`;
    this.#output.write(this.#output.isTTY ? `\r${line}\x1b[K` : `${line}\n`);
  }
}
