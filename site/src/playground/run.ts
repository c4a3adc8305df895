import type { Command, Report } from './messages.ts';
import type { View } from './view.ts';

export const couldNotStart = (reason = 'its code could not be loaded.') =>
  `The program could not be started: ${reason}`;

/** A program that runs in a worker of its own. */
export class Run {
  readonly #worker = new Worker(new URL('./runner.ts', import.meta.url), { type: 'module' });
  readonly #stopped = new AbortController();

  /**
   * @param view - Shows what the program prints and sends.
   * @param isScene - Whether its figures say what the SDK warns of: that calls wait.
   * @param onEnd - Called with how the program ended, unless it was stopped before.
   */
  constructor(view: View, isScene: boolean, onEnd: (outcome: string) => void) {
    let hasReported = false;
    const fail = (error: string) => {
      view.print('error', error);
      onEnd(`Failed. ${view.summary}`);
    };
    const { signal } = this.#stopped;
    const whenItFails = ({ message }: Partial<ErrorEvent>) => {
      if (hasReported) fail(message ?? 'Unknown error');
      else onEnd(couldNotStart(message));
    };
    const whenItReports = ({ data }: MessageEvent<Report>) => {
      hasReported = true;
      if (data.type === 'state') view.show(data);
      else if (data.type === 'end') {
        if (data.error === undefined) onEnd(`Done. ${view.summary}`);
        else fail(data.error);
      } else if (!isScene || data.level !== 'warn') view.print(data.level, data.text);
    };
    this.#worker.addEventListener('error', whenItFails, { signal });
    this.#worker.addEventListener('message', whenItReports, { signal });
  }

  send(command: Command): void {
    this.#worker.postMessage(command);
  }

  stop(): void {
    this.#stopped.abort();
    this.#worker.terminate();
  }
}
