import { find } from '../page/find.ts';
import { fromHash, toHash } from './address.ts';
import { programs } from './programs.ts';

/** The program of a playground: that of its menu or of the address, and as the reader has edited it. */
export class Source {
  /** The program that came with the address. */
  readonly shared: string | undefined;
  readonly #root: HTMLElement;
  #editor: Promise<{ code: string }> | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.shared = fromHash(location.hash);
    find(root, 'select').addEventListener('change', () => this.#replace(this.#chosen));
    addEventListener('hashchange', () => this.#replace(fromHash(location.hash)));
  }

  get #chosen(): string {
    return programs[find(this.#root, 'select', HTMLSelectElement).value] ?? '';
  }

  async read(): Promise<string> {
    return this.#editor ? (await this.#editor).code : this.#chosen;
  }

  /** The editor is most of a page's weight, so the page is shown first. */
  edit(): Promise<{ code: string }> {
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
