import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';

/**
 * A file that says what an import has done. Its first line is the name of the import, from which the idempotency key of each
 * row is made: a row that is sent again after a crash has the key that it had before. Each other line is a row that is done.
 */
export class Journal {
  readonly #file: string;
  readonly #name: string;
  readonly #done: Set<number>;

  constructor(file: string) {
    this.#file = file;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    // A line that a crash cut off was not written.
    const [name = '', ...rows] = text.split('\n').slice(0, -1);
    this.#name = name || randomUUID();
    this.#done = new Set(rows.map((row) => Number.parseInt(row, 10)));
    if (name === '') writeFileSync(file, `${this.#name}\n`, { flush: true });
    else truncateSync(file, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
  }

  get count(): number {
    return this.#done.size;
  }

  has(row: number): boolean {
    return this.#done.has(row);
  }

  keyOf(row: number): string {
    return `${this.#name}-${row}`;
  }

  add(row: number, result: string): void {
    appendFileSync(this.#file, `${row} ${result}\n`);
    this.#done.add(row);
  }
}
