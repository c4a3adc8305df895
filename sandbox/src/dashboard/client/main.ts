// The dashboard's only script. It keeps the open page up to date, opens requests beside the list, and adds what needs a
// script: copy buttons, filters and local times.
import { connect } from './live.ts';
import { load, showSelected } from './page.ts';
import { showTimes } from './times.ts';

showTimes(document);
setInterval(() => showTimes(document), 1000);

// The key of a notice is used up. Without it, the page has an address to reload and to share. Its button may be gone.
const address = new URL(location.href);
if (address.searchParams.has('notice')) {
  addEventListener('load', () => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }));
}
address.searchParams.delete('notice');
if (address.href !== location.href) history.replaceState(null, '', address);

connect();
showSelected();

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : undefined;
  const link = target?.closest<HTMLAnchorElement>('a[data-visit]');
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  void load(new URL(link.href), 'push');
});

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-copy]') : null;
  if (button === null) return;
  const { copy: text = '', label = 'the text' } = button.dataset;
  // Over http, only pages of this machine have a clipboard.
  void Promise.resolve(text)
    .then((value) => navigator.clipboard.writeText(value))
    .then(
      () => say(`Copied ${label}`),
      () => say(`Could not copy ${label}: select it instead`),
    );
});

/** Shows a short message at the top of the page, which leaves by itself. */
function say(message: string): void {
  const toast = document.getElementById('toast');
  if (toast === null) return;
  toast.textContent = message;
  for (const leaving of toast.getAnimations()) leaving.currentTime = 0;
}

document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') document.querySelector<HTMLElement>('[data-close]')?.click();
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset['visit'] === undefined) return;
  event.preventDefault();
  visitForm(form, 'push');
});

// Filters apply as they are changed.
let typing: ReturnType<typeof setTimeout> | undefined;
document.addEventListener('input', ({ target }) => {
  if (!(target instanceof HTMLInputElement) && !(target instanceof HTMLSelectElement)) return;
  const { form } = target;
  if (form?.dataset['visit'] === undefined) return;
  clearTimeout(typing);
  typing = setTimeout(() => visitForm(form, 'replace'), target instanceof HTMLSelectElement ? 0 : 200);
});

function visitForm(form: HTMLFormElement, how: 'push' | 'replace'): void {
  const url = new URL(form.action);
  url.search = '';
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '') url.searchParams.set(name, value);
  }
  void load(url, how);
}

addEventListener('popstate', () => void load(new URL(location.href), 'none'));

// A form with errors is a dialog again, at its first field with an error.
const invalid = document.querySelector<HTMLElement>('[aria-invalid]');
const dialog = invalid?.closest('dialog');
dialog?.close();
dialog?.showModal();
invalid?.focus();
