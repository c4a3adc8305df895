import { find } from '../page/find.ts';
import { toHash } from './address.ts';
import type { Source } from './source.ts';

/** Shows the address of a program, and copies it if the browser allows that. */
export async function share(root: HTMLElement, source: Source): Promise<void> {
  const { code } = await source.edit();
  const { href } = new URL(`${root.dataset.address ?? ''}${toHash(code)}`, location.href);
  if (source.isPage) history.replaceState(undefined, '', href);
  const link = document.createElement('a');
  link.textContent = 'the address of this program';
  link.href = href;
  const isCopied = await copy(href);
  const place = find(root, '[data-part="shared"]');
  place.replaceChildren(isCopied ? 'Copied ' : 'Copy ', link, isCopied ? '.' : ' to share it.');
}

/** Returns `false` if the browser refuses. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
