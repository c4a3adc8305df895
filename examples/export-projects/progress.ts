/** What progress is written to: `process.stdout`, or anything alike. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A bar that moves on a terminal, and a line for every tenth of the way elsewhere. */
export class Progress {
  readonly #output: Output;
  readonly #start = performance.now();
  readonly #countAtStart: number;
  #tenths = 0;
  #waitingUntil = 0;
  #hasBar = false;

  constructor(output: Output, countAtStart: number) {
    this.#output = output;
    this.#countAtStart = countAtStart;
    if (countAtStart > 0) output.write(`Going on after ${format(countAtStart)} projects.\n`);
  }

  at(count: number, total: number): void {
    // The list may have grown past what its last page said, and a page may say nothing.
    const share = Math.min(1, count / Math.max(total || count, 1));
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const numbers = `${format(count)} of ${format(total || count)}`;
    if (this.#output.isTTY === true) {
      const perSecond = ((count - this.#countAtStart) * 1000) / Math.max(1, performance.now() - this.#start);
      const rest = ` ${percent}  ${numbers}  ${format(Math.round(perSecond))}/s`;
      const width = Math.max(0, Math.min(40, (this.#output.columns ?? 80) - rest.length - 18));
      const filled = Math.round(share * width);
      this.#redraw('█'.repeat(filled) + '░'.repeat(width - filled) + rest);
    } else if (Math.floor(share * 10) > this.#tenths) {
      this.#tenths = Math.floor(share * 10);
      this.#output.write(`${percent}  ${numbers}\n`);
    }
  }

  /** The client waits for the rate limit: several calls do at once, and one mention is enough. */
  waiting(delay: number): void {
    const now = performance.now();
    if (now < this.#waitingUntil) return;
    this.#waitingUntil = now + delay;
    const text = `rate limit: ${Math.ceil(delay / 1000)} s`;
    this.#output.write(this.#output.isTTY === true ? `  ${text}` : `${text}\n`);
  }

  end(message: string): void {
    this.#output.write(`${this.#hasBar ? '\n' : ''}${message}\n`);
  }

  /** Draws the bar over the one before. */
  #redraw(line: string): void {
    this.#hasBar = true;
    this.#output.write(`\r\u001b[K${line}`);
  }
}

function format(count: number): string {
  return count.toLocaleString('en');
}
