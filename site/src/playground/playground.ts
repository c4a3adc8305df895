import { find } from '../page/find.ts';
import { startTabs } from '../page/tabs.ts';
import { couldNotStart, Run } from './run.ts';
import { share } from './share.ts';
import { Source } from './source.ts';
import { View } from './view.ts';

/**
 * Connects a playground's elements with an editor and with the worker that runs its program.
 *
 * @param code - The program, or the programs of the menu, by their names.
 * @returns A function that ends its workers and its editor.
 */
export function startPlayground(root: HTMLElement, code: string | Readonly<Record<string, string>>): () => void {
  const button = (name: string) => find(root, `[name="${name}"]`, HTMLButtonElement);
  const status = find(root, '[data-part="status"]');
  const isScene = root.dataset.kind === 'scene';
  const source = new Source(root, code);
  const view = new View(root);
  let run: Run | undefined;
  let isDisposed = false;

  function end(outcome: string): void {
    run?.stop();
    run = undefined;
    view.draw();
    button('run').textContent = 'Run';
    root.dataset.state = 'ended';
    status.textContent = outcome;
  }

  async function start(): Promise<void> {
    view.clear();
    root.dataset.state = 'running';
    status.textContent = 'Running …';
    find(root, '[data-part="shared"]').textContent = '';
    button('run').textContent = 'Stop';
    const program = await source.read();
    if (isDisposed || run) return;
    run = new Run(view, isScene, end);
    run.send({ code: program, script: source.script, speed: Number(root.dataset.speed) });
  }

  startTabs(
    [...root.querySelectorAll<HTMLElement>('[role=tab]')],
    [...root.querySelectorAll<HTMLElement>('[role=tabpanel]')],
  );
  button('run').addEventListener('click', ({ isTrusted }) => {
    if (run) end(`Stopped. ${view.summary}`);
    else start().catch((error: unknown) => end(couldNotStart(String(error))));
    // The home page starts its scene itself, and stays where it is.
    if (isTrusted || !isScene) find(root, '.output').scrollIntoView({ block: 'nearest' });
  });
  onRunKey(root, () => {
    if (run) end('');
    button('run').click();
  });
  button('share').addEventListener('click', () => void share(root, source));
  // Until something runs, the console shows what the first example prints.
  root.querySelector('select')?.addEventListener('change', () => root.dataset.state ?? view.clear());
  if (source.shared !== undefined) {
    view.clear();
    status.textContent = 'This program came with the address. Read it before you run it.';
  }
  if (isScene) button('edit').addEventListener('click', () => void source.edit().then(({ focus }) => focus()));
  else void source.edit().catch(() => undefined);

  return () => {
    isDisposed = true;
    run?.stop();
    run = undefined;
    source.dispose();
  };
}

/** Listens for Ctrl+Enter and ⌘+Enter before the editor, which would begin a new line. */
function onRunKey(root: HTMLElement, listener: () => void): void {
  const whenPressed = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    listener();
  };
  root.addEventListener('keydown', whenPressed, { capture: true });
}
