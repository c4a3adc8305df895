import { appendFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';

/** The progress of an export: the first `bytes` of the file are complete, anything after them isn't. */
interface State {
  readonly bytes: number;
  readonly count: number;
  /** Where to continue in the list; absent at its start. */
  readonly cursor?: string;
}

/**
 * A file of projects, one JSON object per line, with a state file beside it. The state is replaced as a whole after
 * lines were written, so the process can be killed at any moment: the next start cuts off lines that the state doesn't
 * cover, and reads them again.
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
