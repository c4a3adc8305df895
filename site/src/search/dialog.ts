import { find } from '../page/find.ts';
import { placeOf } from '../page/topic.ts';
import type { Hit, Pieces } from './ranking.ts';

type Search = (query: string) => Hit[];

/** The search box. It loads the index when it is opened for the first time. */
class SiteSearch extends HTMLElement {
  #loaded: Promise<Search | undefined> | undefined;
  /** What the box shows until someone types. */
  #popular: readonly Element[] = [];

  connectedCallback(): void {
    const dialog = find(this, 'dialog', HTMLDialogElement);
    this.#popular = [...find(this, 'ol').children];
    const input = find(this, 'input', HTMLInputElement);
    const open = () => {
      void this.#load();
      dialog.showModal();
      input.select();
    };
    find(this, '[data-open-modal]').addEventListener('click', open);
    find(this, '[data-close-modal]').addEventListener('click', () => dialog.close());
    find(this, '[data-clear]').addEventListener('click', () => {
      input.value = '';
      input.focus();
      void this.#show(input);
    });
    input.addEventListener('input', () => void this.#show(input));
    find(this, 'form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#show(input).then(() => this.querySelector<HTMLElement>('ol:not([data-instead]) a')?.click());
    });
    dialog.addEventListener('click', ({ target }) => {
      // The backdrop counts as the dialog, and a link may lead to this very page.
      if (target === dialog || (target instanceof Element && target.closest('a'))) dialog.close();
    });
    // On a phone, the keyboard covers a part of the window, and none of the dialog.
    visualViewport?.addEventListener('resize', () => {
      dialog.style.setProperty('--seen', `${visualViewport?.height}px`);
    });
    // The arrow keys go through the box and the hits. What is typed belongs in the box.
    dialog.addEventListener('keydown', (event) => {
      if (/^(.|Backspace)$/u.test(event.key) && !event.ctrlKey && !event.metaKey && event.target !== input)
        input.focus();
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step === undefined && event.key !== 'Escape') return;
      event.preventDefault();
      const stops = [input, ...this.querySelectorAll('a')];
      if (step === undefined) dialog.close();
      else stops[stops.findIndex((stop) => stop === document.activeElement) + step]?.focus();
    });
    addEventListener('keydown', (event) => {
      const isTyping = event.target instanceof Element && event.target.closest('input, select, [contenteditable=true]');
      const isAsked = event.metaKey || event.ctrlKey ? event.key === 'k' : event.key === '/' && !isTyping;
      if (!isAsked) return;
      event.preventDefault();
      if (!dialog.open) open();
    });
  }

  async #show(input: HTMLInputElement): Promise<void> {
    const query = input.value.trim();
    const search = await this.#load();
    // Someone may have typed on while the index was loaded.
    if (query !== input.value.trim()) return;
    const hits = search?.(query).map((hit) => this.#item(hit)) ?? [];
    const list = find(this, 'ol');
    list.toggleAttribute('data-instead', hits.length === 0 && query !== '');
    list.replaceChildren(...(hits.length === 0 ? this.#popular : hits));
    const found = hits.length === 0 ? `Nothing found for “${query}”. Popular pages:` : 'Best matches';
    const said = search ? found : 'The search could not be loaded. Type again to retry.';
    find(this, '[role=status]').textContent = query ? said : 'Popular pages';
  }

  /** `undefined` if the index can't be loaded. The next query tries again. */
  #load(): Promise<Search | undefined> {
    this.#loaded ??= load(this.dataset.base ?? '/').catch(() => (this.#loaded = undefined));
    return this.#loaded;
  }

  #item(hit: Hit): HTMLLIElement {
    const item = document.createElement('li');
    for (const [index, { address, title, excerpt, page }] of hit.entries()) {
      const link = document.createElement('a');
      link.href = `${this.dataset.base ?? '/'}${address}`;
      const place = index === 0 ? [element('small', [placeOf(link.pathname), page].filter(Boolean).join(' › '))] : [];
      link.append(element('strong', ...marked(title)), ...place);
      if (excerpt.length > 0) link.append(element('span', ...marked(excerpt)));
      item.append(link);
    }
    return item;
  }
}

async function load(base: string): Promise<Search> {
  const [{ readIndex, search }, response] = await Promise.all([import('./ranking.ts'), fetch(`${base}search.json`)]);
  const index = await readIndex(await response.text());
  return (query) => search(index, query);
}

const marked = (pieces: Pieces) => pieces.map(({ text, found }) => (found ? element('mark', text) : text));

function element(name: string, ...content: (string | Node)[]): HTMLElement {
  const created = document.createElement(name);
  created.append(...content);
  return created;
}

customElements.define('site-search', SiteSearch);
