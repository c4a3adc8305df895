/** The element that a part of a page is built with. */
export function find(root: HTMLElement, selector: string): HTMLElement;
export function find<E extends Element>(root: HTMLElement, selector: string, kind: new () => E): E;
export function find(root: HTMLElement, selector: string, kind: new () => Element = HTMLElement): Element {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector}.`);
  return found;
}
