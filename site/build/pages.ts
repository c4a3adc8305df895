import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { known } from './known-pages.ts';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Page {
  /** Where the page is on the site, such as `guides/errors`. */
  readonly address: string;
  /** The Markdown file that it is made of, from the root of the repository. */
  readonly file: string;
}

const order = Object.keys(known);
/** What `docs/` has beside guides. */
const facts = ['compatibility', 'benchmarks', 'assumptions'];

export const pages: readonly Page[] = [
  // Only these are written for the site.
  { address: 'index', file: 'site/pages/index.mdx' },
  { address: '404', file: 'site/pages/404.md' },
  { address: 'playground', file: 'site/pages/playground.mdx' },
  { address: 'start', file: 'site/pages/start.mdx' },
  ...folder('site/pages/start', 'start'),
  ...folder('docs', 'guides', (name) => !facts.includes(name)),
  { address: 'sandbox', file: 'sandbox/README.md' },
  { address: 'sandbox/reference', file: 'sandbox/docs/reference.md' },
  { address: 'examples', file: 'examples/README.md' },
  { address: 'project/changelog', file: 'CHANGELOG.md' },
  { address: 'project/sandbox-changelog', file: 'sandbox/CHANGELOG.md' },
  ...folder('docs', 'reference', (name) => facts.includes(name)),
  { address: 'project/security', file: 'SECURITY.md' },
  { address: 'project/contributing', file: 'CONTRIBUTING.md' },
  ...folder('docs/internals', 'internals'),
];

/** Addresses of pages, for the sidebar. */
export const under = (...prefixes: readonly string[]): string[] =>
  pages.map(({ address }) => address).filter((address) => prefixes.some((prefix) => address.startsWith(prefix)));

/** A page for each Markdown file in a folder: those that are known first, the others by name. */
function folder(path: string, prefix: string, isPage: (name: string) => boolean = () => true): Page[] {
  const names = readdirSync(`${root}${path}`).flatMap((file) => /^(.+)\.md$/.exec(file)?.slice(1) ?? []);
  const rank = (address: string) => (order.includes(address) ? order.indexOf(address) : order.length);
  return names
    .filter(isPage)
    .map((name) => ({ address: name === 'README' ? prefix : `${prefix}/${name}`, file: `${path}/${name}.md` }))
    .toSorted((a, b) => rank(a.address) - rank(b.address));
}
