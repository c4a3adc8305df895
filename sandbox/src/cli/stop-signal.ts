import type { CommandIO } from './process-io.ts';

/** A signal that aborts when the user stops the command. */
export function stopSignal(io: Pick<CommandIO, 'stopped'>): AbortSignal {
  const controller = new AbortController();
  void io.stopped().then(() => controller.abort());
  return controller.signal;
}
