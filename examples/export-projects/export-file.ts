import { appendFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';

/** How far an export has got. It is true for the first `bytes` of the file; what follows was not finished. */
interface State {
  readonly bytes: number;
  readonly count: number;
  /** Where the list goes on; absent at its start. */
  readonly cursor?: string;
}

/**
 * A file of projects, one JSON object a line, and beside it a file that says how far it is. The second is replaced as a
 * whole after the first was written, so that a process may be killed at any moment: a line without a matching state is
 * cut off at the next start, and read again.
 */
export class ExportFile {
  readonly #file: string;
  #state: State;

  constructor(file: string) {
    this.#file = file;
    const isNew = !existsSync(this.#stateFile);
    if (isNew && existsSync(file)) {
      throw new Error(`${file} exists, but ${this.#stateFile} does not. Remove it, or choose another name.`);
    }
    this.#state = isNew ? { bytes: 0, count: 0 } : (JSON.parse(readFileSync(this.#stateFile, 'utf8')) as State);
    if (isNew) this.#save();
    appendFileSync(file, '');
    truncateSync(file, this.#state.bytes);
  }

  get count(): number {
    return this.#state.count;
  }

  get cursor(): string | undefined {
    return this.#state.cursor;
  }

  append(projects: readonly unknown[], cursor: string): void {
    const lines = projects.map((project) => `${JSON.stringify(project)}\n`).join('');
    appendFileSync(this.#file, lines, { flush: true });
    const bytes = this.#state.bytes + Buffer.byteLength(lines);
    this.#state = { bytes, count: this.#state.count + projects.length, cursor };
    this.#save();
  }

  get #stateFile(): string {
    return `${this.#file}.state`;
  }

  #save(): void {
    writeFileSync(`${this.#stateFile}.new`, JSON.stringify(this.#state), { flush: true });
    renameSync(`${this.#stateFile}.new`, this.#stateFile);
  }
}
