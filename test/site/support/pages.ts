/** The kinds of pages that differ most. */
export const mainKinds = ['', 'playground/', 'start/', 'guides/options/', 'api/example/sdk/classes/client/'];

/** What a reader can't see: what is wider than the window, and code that is cut off or behind its copy button. */
export const hidden = `(page) => {
  const all = (selector) => [...page.querySelectorAll(selector)].filter(({ clientWidth }) => clientWidth > 0);
  const cut = all('pre, main table').filter((part) => part.scrollWidth > part.clientWidth);
  const covered = all('.expressive-code .copy').filter((button) => {
    const { left, bottom } = button.getBoundingClientRect();
    const code = Array.from(button.parentElement.querySelectorAll('.ec-line .code > span'), (part) => part.getBoundingClientRect());
    return code.some((part) => part.right > left && part.top < bottom);
  });
  const beyond = page.documentElement.scrollWidth > page.defaultView.innerWidth ? ['the page is wider than the window'] : [];
  return [...beyond, ...[...cut, ...covered].map(({ parentElement }) => parentElement.textContent.slice(0, 80))];
}`;

/** The sidebar and the colors of code are the same on each page. */
export function partOf(path: string): string | object {
  return path === 'start/' ? 'html' : { exclude: ['nav.sidebar', '.expressive-code'] };
}
