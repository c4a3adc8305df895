import { find } from '../page/find.ts';
import type { Command, Report } from './messages.ts';
import { Source } from './source.ts';
import { View } from './view.ts';

/** Connects a playground's elements with an editor and with the worker that runs its program: its scene, or one of a menu. */
export function startPlayground(root: HTMLElement): void {
  const button = (name: string) => find(root, `[name="${name}"]`, HTMLButtonElement);
  const status = find(root, '[data-part="status"]');
  const isScene = root.dataset.scene !== undefined;
  const source = isScene ? undefined : new Source(root);
  const view = new View(root);
  let stop: (() => void) | undefined;

  function end(outcome: string): void {
    stop?.();
    stop = undefined;
    view.draw();
    button('run').textContent = 'Run';
    root.dataset.state = 'ended';
    status.textContent = outcome;
  }

  async function start(): Promise<void> {
    view.clear();
    root.dataset.state = 'running';
    status.textContent = 'Running …';
    button('run').textContent = 'Stop';
    const command = source ? { code: await source.read(), speed: 30 } : { script: root.dataset.script, speed: 45 };
    stop ??= run(command, view, end);
  }

  button('run').addEventListener('click', ({ isTrusted }) => {
    if (stop) end(view.summary('Stopped'));
    else start().catch((error: unknown) => end(`Failed. ${String(error)}`));
    // What starts by itself stays where it is.
    if (isTrusted) find(root, '.output').scrollIntoView({ block: 'nearest' });
  });
  const restart = () => {
    if (stop) end('');
    button('run').click();
  };
  // Before the editor, which would begin a new line.
  const whenPressed = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    restart();
  };
  root.addEventListener('keydown', whenPressed, { capture: true });
  if (!source) {
    // A phone, and someone who wants no motion, is asked.
    if (!matchMedia('(pointer: coarse), (prefers-reduced-motion: reduce)').matches) button('run').click();
    return;
  }
  const share = async () => (status.textContent = await source.share());
  button('share').addEventListener('click', () => void share());
  void source.edit().catch(() => undefined);
  find(root, 'select').addEventListener('change', restart);
  // One of the menu, and one of a guide, is ours.
  const isOurs = document.referrer.startsWith(`${location.origin}${import.meta.env.BASE_URL}guides/`);
  if (isOurs || source.shared === undefined) button('run').click();
  else status.textContent = 'This program came with the address. Read it before you run it.';
}

/** Runs a program in a worker of its own. Returns a function that stops it. `onEnd` learns how it ended otherwise. */
function run(command: Command, view: View, onEnd: (outcome: string) => void): () => void {
  const worker = new Worker(new URL('./runner.ts', import.meta.url), { type: 'module' });
  const fail = (error: string) => {
    view.print('error', error);
    onEnd(view.summary('Failed'));
  };
  worker.onerror = ({ message }: Partial<ErrorEvent>) => fail(message ?? 'The code that runs it could not be loaded.');
  worker.onmessage = ({ data }: MessageEvent<Report>) => {
    if (data.type === 'state') view.show(data);
    else if (data.type === 'console') view.print(data.level, data.text);
    else if (data.error !== undefined) fail(data.error);
    else onEnd(view.summary('Done'));
  };
  worker.postMessage(command);
  return () => {
    worker.terminate();
    // A message may be on its way.
    worker.onmessage = null;
  };
}
