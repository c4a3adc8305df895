import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/**
 * A file that records the result of each row: a user's id, `refused`, `check` (the user may have been created) or
 * `again` (the user was not created). The last line about a row counts.
 */
export class Journal {
  readonly #file: string;
  readonly #results = new Map<number, string>();

  constructor(file: string) {
    this.#file = file;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1); // drops a line that a crash cut off
    if (whole !== text) truncateSync(file, Buffer.byteLength(whole));
    for (const [, row, result = ''] of whole.matchAll(/^(\d+) (.*)$/gm)) this.#results.set(Number(row), result);
  }

  /** Whether the row must not be sent again. */
  has(row: number): boolean {
    return (this.#results.get(row) ?? 'again') !== 'again';
  }

  mustBeChecked(row: number): boolean {
    return this.#results.get(row)?.startsWith('check') ?? false;
  }

  add(row: number, result: string): void {
    appendFileSync(this.#file, `${row} ${result.replaceAll(/\s+/g, ' ')}\n`);
    this.#results.set(row, result);
  }
}
