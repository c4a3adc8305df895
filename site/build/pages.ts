import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Page {
  /** Where the page is on the site, such as `guides/errors`. */
  readonly address: string;
  /** The Markdown file that it is made of, from the root of the repository. */
  readonly file: string;
}

/** Guides in the order in which a reader meets them. Others follow by name. */
const order = [
  'tasks',
  'options',
  'errors',
  'retries',
  'rate-limits',
  'pagination',
  'webhooks',
  'webhook-servers',
  'testing',
  'endpoints',
  'observability',
  'networks',
  'browsers',
];
const elsewhere = ['assumptions', 'benchmarks', 'compatibility'];

export const pages: readonly Page[] = [
  // Only these are written for the site.
  { address: 'index', file: 'site/pages/index.mdx' },
  { address: '404', file: 'site/pages/404.md' },
  { address: 'playground', file: 'site/pages/playground.mdx' },
  { address: 'start', file: 'site/pages/start.mdx' },
  ...folder('site/pages/start', 'start'),
  { address: 'guides/overview', file: 'README.md' },
  ...names('docs')
    .filter((name) => !elsewhere.includes(name))
    .toSorted((a, b) => rank(a) - rank(b))
    .map((name) => ({ address: `guides/${name}`, file: `docs/${name}.md` })),
  { address: 'sandbox', file: 'sandbox/README.md' },
  { address: 'sandbox/reference', file: 'sandbox/docs/reference.md' },
  { address: 'examples', file: 'examples/README.md' },
  { address: 'reference/errors', file: 'site/pages/error-catalog.md' },
  ...elsewhere.map((name) => ({ address: `reference/${name}`, file: `docs/${name}.md` })),
  ...folder('docs/internals', 'internals'),
  ...folder('docs/decisions', 'decisions'),
  { address: 'project/changelog', file: 'CHANGELOG.md' },
  { address: 'project/sandbox-changelog', file: 'sandbox/CHANGELOG.md' },
  { address: 'project/contributing', file: 'CONTRIBUTING.md' },
  { address: 'project/security', file: 'SECURITY.md' },
  { address: 'project/conduct', file: 'CODE_OF_CONDUCT.md' },
];

function folder(path: string, address: string): Page[] {
  return names(path).map((name) => ({
    address: name === 'README' ? address : `${address}/${name}`,
    file: `${path}/${name}.md`,
  }));
}

/** Names of the Markdown files in a folder, without their extension. */
function names(path: string): string[] {
  const files = readdirSync(`${root}${path}`).filter((name) => name.endsWith('.md'));
  return files.map((name) => name.slice(0, -3));
}

function rank(name: string): number {
  const at = order.indexOf(name);
  return at === -1 ? order.length : at;
}
