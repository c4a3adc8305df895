import { find } from '../page/find.ts';
import type { Found, Hit } from './ranking.ts';

const shown = 8;

/** The search box. It loads the index when it is opened for the first time. */
class SiteSearch extends HTMLElement {
  #find: Promise<(query: string) => Hit[]> | undefined;

  connectedCallback(): void {
    const dialog = find(this, 'dialog', HTMLDialogElement);
    const input = find(this, 'input', HTMLInputElement);
    const open = () => {
      this.#load().catch(() => undefined);
      dialog.showModal();
      input.select();
    };
    find(this, '[data-open-modal]', HTMLButtonElement).addEventListener('click', open);
    find(this, '[data-close-modal]', HTMLButtonElement).addEventListener('click', () => dialog.close());
    input.addEventListener('input', () => void this.#search(input));
    find(this, 'form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#search(input).then(() => this.#links[0]?.click());
    });
    dialog.addEventListener('click', ({ target }) => {
      // The backdrop counts as the dialog, and a link may lead to this very page.
      if (target === dialog || (target instanceof Element && target.closest('a'))) dialog.close();
    });
    dialog.addEventListener('keydown', (event) => this.#move(event, input));
    addEventListener('keydown', (event) => {
      if (event.key !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    });
  }

  async #search(input: HTMLInputElement): Promise<void> {
    const query = input.value;
    const status = find(this, '[role=status]');
    let hits: Hit[];
    try {
      hits = (await this.#load())(query);
    } catch {
      status.textContent = 'The search could not be loaded. Type again to retry.';
      return;
    }
    // Someone may have typed on while the index was loaded.
    if (query !== input.value) return;
    find(this, 'ol').replaceChildren(...hits.slice(0, shown).map((hit) => this.#item(hit)));
    status.textContent = query.trim() === '' ? '' : hits.length === 0 ? `Nothing found for “${query}”.` : pages(hits);
  }

  #load(): Promise<(query: string) => Hit[]> {
    if (this.#find === undefined) {
      this.#find = load(this.dataset.base ?? '/');
      // The next query tries again.
      this.#find.catch(() => (this.#find = undefined));
    }
    return this.#find;
  }

  #item({ address, title, sections }: Hit): HTMLLIElement {
    const item = document.createElement('li');
    const intro = sections.find(({ heading }) => heading === '');
    item.append(this.#link('page', title, { address, excerpt: intro?.excerpt ?? [] }));
    const others = sections.filter(({ heading }) => heading !== '');
    item.append(...others.map((section) => this.#link('section', section.heading, section)));
    return item;
  }

  #link(kind: string, title: string, { address, excerpt }: Pick<Found, 'address' | 'excerpt'>): HTMLAnchorElement {
    const link = document.createElement('a');
    link.className = kind;
    link.href = `${this.dataset.base ?? '/'}${address}`;
    const name = document.createElement('strong');
    name.textContent = title;
    link.append(name, ...excerpt.map(({ text, found }) => (found ? marked(text) : text)));
    return link;
  }

  /** The arrow keys go through the hits. */
  #move(event: KeyboardEvent, input: HTMLInputElement): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const stops = [input, ...this.#links];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
  }

  get #links(): HTMLAnchorElement[] {
    return [...this.querySelectorAll('a')];
  }
}

async function load(base: string): Promise<(query: string) => Hit[]> {
  const [{ searchIn }, response] = await Promise.all([import('./ranking.ts'), fetch(`${base}search.json`)]);
  if (!response.ok) throw new Error(`The index was answered with ${response.status}.`);
  return searchIn(await response.text());
}

function pages({ length }: readonly Hit[]): string {
  if (length > shown) return `The best ${shown} of ${length} pages`;
  return length === 1 ? '1 page' : `${length} pages`;
}

function marked(word: string): HTMLElement {
  const mark = document.createElement('mark');
  mark.textContent = word;
  return mark;
}

customElements.define('site-search', SiteSearch);
