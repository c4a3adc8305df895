import { find } from '../page/find.ts';
import { fromHash } from './address.ts';
import type { Editor } from './editor.ts';

/** The program of a playground: of its menu or of the address, and as the reader has edited it. */
export class Source {
  /** The program that came with the address. */
  readonly shared: string | undefined;
  /** Whether the playground has a menu. Then it is a page of its own, which the address belongs to. */
  readonly isPage: boolean;
  readonly #root: HTMLElement;
  readonly #chosen: () => string;
  #editor: Promise<Editor> | undefined;

  /** @param code - The program, or the programs of the menu, by their names. */
  constructor(root: HTMLElement, code: string | Readonly<Record<string, string>>) {
    this.#root = root;
    this.isPage = typeof code !== 'string';
    if (typeof code === 'string') {
      this.#chosen = () => code;
      return;
    }
    const menu = find(root, '[name="program"]', HTMLSelectElement);
    this.#chosen = () => code[menu.value] ?? '';
    this.shared = fromHash(location.hash);
    menu.addEventListener('change', () => this.#replace(this.#chosen()));
    // A page is never closed.
    addEventListener('hashchange', () => this.#replace(fromHash(location.hash)));
  }

  /** The program as it was compiled with the page, if nobody can have changed it. */
  get script(): string | undefined {
    return this.#editor ? undefined : this.#root.dataset.script;
  }

  async read(): Promise<string> {
    return this.#editor ? (await this.#editor).code : this.#chosen();
  }

  /** The editor is most of a page's weight, so the page is shown first. */
  edit(): Promise<Editor> {
    this.#editor ??= import('./editor.ts').then(({ createEditor }) => {
      const place = find(this.#root, '[data-part="editor"]');
      place.replaceChildren();
      return createEditor(place, this.shared ?? this.#chosen());
    });
    return this.#editor;
  }

  dispose(): void {
    void this.#editor?.then(({ dispose }) => dispose()).catch(() => undefined);
  }

  #replace(code: string | undefined): void {
    if (code !== undefined) void this.edit().then((editor) => (editor.code = code));
  }
}
