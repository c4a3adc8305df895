import { stepToRow } from './log.ts';

const storageKey = 'example-sandbox-shortcuts';

/** The first key of a shortcut of two keys. */
let prefix = '';
let forgetting: ReturnType<typeof setTimeout> | undefined;

/** Listens for the shortcuts that the dialog lists. They can be turned off, for readers whose tools use the same keys. */
export function listenForShortcuts(): void {
  const dialog = document.getElementById('shortcuts');
  if (!(dialog instanceof HTMLDialogElement)) return;
  const choice = dialog.querySelector<HTMLInputElement>('[data-shortcuts-enabled]');
  if (choice !== null) {
    choice.checked = areOn();
    choice.addEventListener('change', () => localStorage.setItem(storageKey, choice.checked ? 'on' : 'off'));
  }
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('[data-open="shortcuts"]') !== null) dialog.showModal();
  });
  document.addEventListener('keydown', (event) => {
    if (!areOn() || dialog.open || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (press(event.key, dialog)) event.preventDefault();
  });
}

function areOn(): boolean {
  return localStorage.getItem(storageKey) !== 'off';
}

function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement) || !/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return false;
  if (key === 'Escape') target.blur();
  return true;
}

/** Does what a key is for. Returns whether it is for something. */
function press(key: string, dialog: HTMLDialogElement): boolean {
  const keys = `${prefix}${key}`;
  prefix = key === 'g' && prefix === '' ? 'g ' : '';
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (prefix = ''), 1500);
  switch (keys) {
    case '/':
      document.querySelector<HTMLInputElement>('.search input')?.select();
      return true;
    case '?':
      dialog.showModal();
      return true;
    case 'j':
      return stepToRow(1);
    case 'k':
      return stepToRow(-1);
    default: {
      const control = document.querySelector<HTMLElement>(
        `[data-shortcut="${CSS.escape(keys).replaceAll('\\ ', ' ')}"]`,
      );
      control?.click();
      return control !== null;
    }
  }
}
