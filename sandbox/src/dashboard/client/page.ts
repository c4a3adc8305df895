import { Idiomorph } from 'idiomorph';
import { showTimes } from './times.ts';

/** A page that is on its way; a newer one takes its place. */
let loading: AbortController | undefined;

/**
 * Loads a page and changes the open one into it, so that scroll positions, focus and open details stay.
 *
 * @param how What happens to the browser's history. `refresh` also keeps what the user has typed, and rows that
 * the user points at.
 */
export async function load(url: URL, how: 'push' | 'replace' | 'none' | 'refresh'): Promise<void> {
  const refresh = how === 'refresh';
  // What the user asked for is more urgent than a refresh.
  if (refresh && loading !== undefined) return;
  loading?.abort();
  const controller = new AbortController();
  loading = controller;
  try {
    const response = await fetch(url, { signal: controller.signal });
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (controller.signal.aborted) return;
    if (how === 'push') history.pushState(null, '', url);
    if (how === 'replace') history.replaceState(null, '', url);
    become(next, refresh);
  } catch {
    // The connection indicator says that the server is gone. A page that was asked for fails as any page would.
    if (!controller.signal.aborted && !refresh) location.assign(url);
  } finally {
    if (loading === controller) loading = undefined;
  }
}

function become(next: Document, isRefresh: boolean): void {
  const shown = detailOf(document);
  for (const { name, value } of next.documentElement.attributes) document.documentElement.setAttribute(name, value);
  document.title = next.title;
  showTimes(next);
  // It is only asynchronous if it morphs the head of a page.
  void Idiomorph.morph(document.body, next.body, {
    morphStyle: 'outerHTML',
    callbacks: {
      // A row must not move when it is about to be clicked.
      beforeNodeAdded: (node) =>
        !isRefresh || !(node instanceof HTMLLIElement && document.querySelector('.rows:hover')),
      beforeNodeMorphed: (before, after) => !isKept(before, after, isRefresh),
      // What is open is up to the reader.
      beforeAttributeUpdated: (name) => name !== 'open',
    },
  });
  if (detailOf(document) === shown) return;
  document.getElementById('detail')?.scrollTo(0, 0);
  showSelected(shown);
}

/** Scrolls the list to the request beside it, or that was beside it. */
export function showSelected(before?: string): void {
  const row = document.querySelector('a[aria-current="true"]') ?? document.getElementById(`row-${before}`);
  row?.scrollIntoView({ block: 'nearest' });
}

function detailOf(from: Document): string | undefined {
  return from.getElementById('detail')?.dataset['request'];
}

/** Whether an element stays as it is. */
function isKept(before: Node, after: Node, isRefresh: boolean): boolean {
  if (!(before instanceof HTMLElement)) return false;
  if (before.dataset['keep'] !== undefined) return true;
  const isInput = /^(INPUT|SELECT|TEXTAREA)$/.test(before.tagName);
  // The user may have typed more while the page was on its way.
  if (!isRefresh) return isInput && before === document.activeElement;
  if (before instanceof HTMLFormElement && before.querySelector('.error') !== null) return true;
  // A secret stays until the page is left, and what was typed stays until it is sent.
  if (before.id === 'notices') return !(after instanceof Element) || after.childElementCount === 0;
  return isInput;
}
