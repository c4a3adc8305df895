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
  const copy = async () => navigator.clipboard.writeText(href);
  // The browser may refuse.
  const [{ status }] = await Promise.allSettled([copy()]);
  const place = find(root, '[data-part="shared"]');
  place.replaceChildren(...(status === 'fulfilled' ? ['Copied ', link, '.'] : ['Copy ', link, ' to share it.']));
}
