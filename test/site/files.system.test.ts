import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import rateLimit from '../../bench/results/rate-limit.json' with { type: 'json' };
import { run } from './support/build.ts';
import { longQueries, type Query, shortQueries } from './support/queries.ts';
import { built, dist, read } from './support/site.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const published = 'https://your-org.github.io/js-sdk/';

beforeAll(built);

it('has the right types and no findings of the linter', async () => {
  await expect(run('npx', 'oxlint', 'site')).resolves.toBeUndefined();
});

it('has a page for each guide, with its Markdown beside it', async () => {
  const guides = (await readdir(`${root}docs`)).filter((name) => name.endsWith('.md')).map((name) => name.slice(0, -3));
  const facts = ['assumptions', 'benchmarks', 'compatibility'];
  for (const guide of guides) {
    const address = `${facts.includes(guide) ? 'reference' : 'guides'}/${guide}`;
    const title = /^# (.+)$/m.exec(await readFile(`${root}docs/${guide}.md`, 'utf8'))?.[1] ?? '';

    expect(await read(`${address}/index.html`)).toContain(`>${title.replaceAll('`', '')}</h1>`);
    expect(await read(`${address}.md`)).toContain(`# ${title.replaceAll('`', '')}`);
  }
});

it('has the Markdown of each page', async () => {
  const pages = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('/index.html'));
  const missing = pages.map((page) => page.replace('/index.html', '.md')).filter((file) => !existsSync(dist + file));

  expect(pages.length).toBeGreaterThan(150);
  expect(missing).toEqual([]);
});

it('keeps the code of a page in its Markdown, and leaves out what only the site has', async () => {
  expect(await read('guides/webhooks.md')).toMatch(/^import \{ Webhooks \} from '@example\/sdk\/webhooks';$/m);
  const home = await read('index.md');
  expect(home).toMatch(/^# @example\/sdk\n/);
  expect(home).not.toMatch(/^import |<Comparison/m);

  const offer = 'Run this example';
  expect(await read('guides/pagination/index.html')).toContain(offer);
  expect(await read('guides/pagination.md')).not.toContain(offer);
  expect(await read('llms-full.txt')).not.toContain(offer);
});

it('has a title, a description and a picture on each page', async () => {
  const pages = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.html'));
  const lacking: string[] = [];
  for (const page of pages) {
    const html = await read(page);
    const has = [
      /<title>[^<]+<\/title>/,
      /<meta name="description" content="[^"]{6,}"/,
      /<meta property="og:image" content="https:\/\/your-org\.github\.io\/js-sdk\/og\.png"/,
    ];
    if (!has.every((part) => part.test(html))) lacking.push(page);
  }
  expect(lacking).toEqual([]);
  expect(existsSync(`${dist}og.png`)).toBe(true);
});

it('describes each guide in prose', async () => {
  for (const guide of await readdir(`${dist}guides`, { withFileTypes: true })) {
    if (!guide.isDirectory()) continue;
    const [, description] =
      /<meta name="description" content="([^"]+)"/.exec(await read(`guides/${guide.name}/index.html`)) ?? [];
    expect(description).toMatch(/^[A-Z][^{}<>=]+\.$/);
  }
});

it('has the reference of each entry point, in the same look', async () => {
  const index = await read('api/index.html');
  expect(index).toContain('@example/sdk/webhooks');
  expect(index).not.toContain('>Modules<');
  expect(await read('api/example/sdk/interfaces/clientoptions/index.html')).toContain('dangerouslyAllowBrowser');
  expect(await read('api/example/sandbox/functions/createsandbox/index.html')).toContain('sl-markdown-content');
});

it('lists each page once, in the sidebar of its topic', async () => {
  const [guides = [], api = [], project = []] = await Promise.all(
    ['guides/errors', 'api', 'project/changelog'].map(async (address) => {
      const html = await read(`${address}/index.html`);
      const [sidebar = ''] = /<sl-sidebar-state-persist[^]+?<\/sl-sidebar-state-persist>/.exec(html) ?? [];
      const links = sidebar.matchAll(/href="\/js-sdk\/([^"]+)\/"[^]+?<span[^>]*>([^<]+)/g);
      return Array.from(links, ([, path = '', label = '']) => [path, label] as const);
    }),
  );
  const listed = [...guides, ...api, ...project].map(([path]) => path);
  expect(listed).toEqual([...new Set(listed)]);

  const built = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('/index.html'));
  const withoutSidebar = ['playground', 'api'];
  expect(listed.toSorted()).toEqual(
    built
      .map((file) => file.replace('/index.html', ''))
      .filter((path) => !withoutSidebar.includes(path))
      .toSorted(),
  );
  expect(new Map(guides).get('guides/pagination')).toBe('Pagination');
  expect(listed.filter((path) => path.startsWith('decisions'))).toEqual([]);
});

it('has the logo, the blue and the font of the dashboard', async () => {
  const source = (path: string) => readFile(`${root}${path}`, 'utf8');
  const [logo, icon, parts, tokens, style] = await Promise.all(
    [
      'site/src/components/logo.svg',
      'site/public/favicon.svg',
      'sandbox/src/dashboard/parts/icons.tsx',
      'sandbox/src/dashboard/style/tokens.css',
      'site/src/styles/site.css',
    ].map(source),
  );
  expect(icon).toBe(logo);
  expect(parts).toContain(logo);
  const [, light = '', dark = ''] = /--accent: light-dark\((#\w+), (#\w+)\)/.exec(tokens ?? '') ?? [];
  expect(style).toContain(`--sl-color-accent: ${light};`);
  expect(style).toContain(`--sl-color-accent-high: ${dark};`);
  const fonts = (css = '') => /(?<=font(?:-family)?:\s+)system-ui[^;]+/.exec(css)?.[0].replaceAll(/\s+/g, ' ');
  expect(fonts(tokens)).toBeDefined();
  expect(fonts(style)).toBe(fonts(tokens));
});

it('compares clients on the home page by the figures of the benchmarks, and installs with each package manager', async () => {
  const home = await read('index.html');
  const rows = rateLimit.rows.filter(
    ({ title, name }) => title === '300 calls at once' && name.endsWith(', 10 retries'),
  );

  expect(rows.length).toBeGreaterThan(3);
  for (const { name, refused } of rows)
    expect(home).toMatch(
      new RegExp(`>${name.replace(', 10 retries', '').replace('+', '\\+')}</dt>.+?>${refused}</b> refused`),
    );
  for (const command of ['npm install', 'pnpm add', 'yarn add', 'bun add'])
    expect(home).toContain(`data-code="${command} @example/sdk"`);
});

it('tells language models where everything is', async () => {
  const index = await read('llms.txt');

  expect(index).toContain(`${published}guides/rate-limits.md`);
  expect(await read('llms-full.txt')).toContain('redisRateLimitStore');
  const links = [...index.matchAll(/https:\/\/your-org\.github\.io\/js-sdk\/([^)]+)/g)].map(([, path]) => path ?? '');
  expect(links.filter((path) => !existsSync(dist + path))).toEqual([]);
});

it('links each section that the search finds to an anchor that exists, and shows it without the marks of a table', async () => {
  // As the build has written it.
  const { documentIds, storedFields } = JSON.parse(await read('search.json')) as {
    documentIds: Record<string, string>;
    storedFields: Record<string, { text: string }>;
  };
  const missing: string[] = [];
  for (const address of Object.values(documentIds)) {
    const [path = '', anchor] = address.split('#');
    const html = await read(`${path}index.html`);
    if (anchor !== undefined && !html.includes(`id="${anchor}"`)) missing.push(address);
  }
  expect(Object.keys(documentIds).length).toBeGreaterThan(500);
  expect(missing).toEqual([]);
  expect(Object.values(documentIds).filter((address) => address.startsWith('internals'))).toEqual([]);
  const texts = Object.values(storedFields).map(({ text }) => text);
  expect(texts.filter((text) => /\|[ :]*-{2,}/.test(text))).toEqual([]);
});

it.each([
  ['short', shortQueries, 1, 38],
  ['longer', longQueries, 3, 21],
])(
  'answers %s queries on the first page that the search finds, or on the first three',
  async (_, queries, first, least) => {
    const search = await builtSearch();
    const missed = queries.filter(
      ([query, ...answers]: Query) =>
        !search(query)
          .slice(0, first)
          .some(([page]) => answers.includes(page?.address ?? '')),
    );

    expect(queries.length - missed.length, `missed: ${missed.join('; ')}`).toBeGreaterThanOrEqual(least);
  },
);

it('marks only words of the query, and forgives a typing error', async () => {
  const search = await builtSearch();
  const marked = (query: string) =>
    search(query)
      .flatMap((hit) => hit.flatMap(({ excerpt }) => excerpt.filter(({ found }) => found)))
      .map(({ text }) => text);

  for (const [query, word] of [
    ['webhooks', /^webhook/i],
    ['how to cancel a call', /^(cancel|call)/i],
    ['429', /^429/],
  ] as const) {
    expect(marked(query).length).toBeGreaterThan(5);
    expect(marked(query).filter((text) => !word.test(text))).toEqual([]);
  }
  expect(search('pagnation')[0]?.[0]?.address).toBe('guides/pagination/');
});

async function builtSearch() {
  // What it imports is installed with the site.
  const { readIndex, search } = await import('../../site/src/search/ranking.ts');
  const index = await readIndex(await read('search.json'));
  return (query: string) => search(index, query);
}
