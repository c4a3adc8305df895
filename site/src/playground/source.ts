import { find } from '../page/find.ts';
import { fromHash, toHash } from './address.ts';
import type { Editor } from './editor.ts';
import { programs } from './programs.ts';

/** The program of a playground: its scene, or that of its menu or of the address, and as the reader has edited it. */
export class Source {
  /** The program that came with the address. */
  readonly shared: string | undefined;
  readonly #root: HTMLElement;
  #editor: Promise<Editor> | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    if (root.dataset.scene !== undefined) return;
    this.shared = fromHash(location.hash);
    find(root, 'select').addEventListener('change', () => this.#replace(this.#chosen));
    addEventListener('hashchange', () => this.#replace(fromHash(location.hash)));
  }

  /** The program as it was compiled with the page, if nobody can have changed it. */
  get script(): string | undefined {
    return this.#editor ? undefined : this.#root.dataset.script;
  }

  get #chosen(): string {
    return programs[this.#root.dataset.scene ?? find(this.#root, 'select', HTMLSelectElement).value] ?? '';
  }

  async read(): Promise<string> {
    return this.#editor ? (await this.#editor).code : this.#chosen;
  }

  /** The editor is most of a page's weight, so the page is shown first. */
  edit(): Promise<Editor> {
    this.#editor ??= import('./editor.ts').then(({ createEditor }) => {
      const place = find(this.#root, '[data-part="editor"]');
      place.replaceChildren();
      return createEditor(place, this.shared ?? this.#chosen);
    });
    return this.#editor;
  }

  /** Puts the program into the address of the page, and copies that. Returns what it has done. */
  async share(): Promise<string> {
    const { code } = await this.edit();
    history.replaceState(undefined, '', toHash(code));
    return navigator.clipboard.writeText(location.href).then(
      () => 'Copied the address of this program.',
      () => 'Copy the address of this page to share the program.',
    );
  }

  #replace(code: string | undefined): void {
    if (code !== undefined) void this.edit().then((editor) => (editor.code = code));
  }
}
