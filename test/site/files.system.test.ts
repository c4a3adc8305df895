import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { run } from './support/build.ts';
import { built, dist, read } from './support/site.ts';

const source = (path: string) => readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

/** The HTML of all pages except the home page, by address. */
const pages = new Map<string, string>();
const page = (address: string) => pages.get(address) ?? '';

beforeAll(async () => {
  await built();
  for (const file of await readdir(dist, { recursive: true }))
    if (file.endsWith('/index.html')) pages.set(file.replace('/index.html', ''), await read(file));
});

it('the site passes the type checker and the linter', async () => {
  await expect(run('npx', 'oxlint', 'site')).resolves.toBeUndefined();
});

it('each page has a title, a description, a picture, and a Markdown version', () => {
  const parts = [
    /<title>[^<]+<\/title>/,
    /<meta name="description" content="[^"]{6,}"/,
    /<meta property="og:image" content="https:\/\/your-org\.github\.io\/js-sdk\/og\.png"/,
  ];
  const isWhole = ([path, html]: [string, string]) =>
    existsSync(`${dist}${path}.md`) && parts.every((part) => part.test(html));

  expect(pages.size).toBeGreaterThan(150);
  expect([...pages].flatMap((each) => (isWhole(each) ? [] : each[0]))).toEqual([]);
  expect(existsSync(`${dist}og.png`)).toBe(true);
});

it('each guide has a page with a description in prose', async () => {
  for (const guide of await readdir(new URL('../../docs', import.meta.url))) {
    const [, name = ''] = /^(.+)\.md$/.exec(guide) ?? [];
    if (name === '') continue;
    const html = page(`guides/${name}`) || page(`reference/${name}`);
    const title = /^# (.+)$/m.exec(await source(`docs/${guide}`))?.[1] ?? '';

    expect(html).toContain(`>${title.replaceAll('`', '')}</h1>`);
    expect(/<meta name="description" content="([^"]+)"/.exec(html)?.[1]).toMatch(/^[A-Z][^{}<>=]+\.$/);
  }
});

it("a page's Markdown has its code, and leaves out what only the site has", async () => {
  expect(await read('guides/webhooks.md')).toMatch(/^import \{ Webhooks \} from '@example\/sdk\/webhooks';$/m);
  const home = await read('index.md');
  expect(home).toMatch(/^# @example\/sdk\n/);
  expect(home).not.toMatch(/^import |<Comparison/m);
  for (const [address, part] of [
    ['guides/pagination', 'class="run-example"'],
    ['reference/benchmarks', '<figure'],
    ['api/example/sdk/classes/client', 'class="signature"'],
  ] as const) {
    expect(page(address)).toContain(part);
    for (const file of [`${address}.md`, 'llms-full.txt']) expect(await read(file)).not.toContain(part);
  }
});

it("each page is listed once, in its topic's sidebar", () => {
  const listed = ['guides/errors', 'api', 'project/changelog'].flatMap((address) => {
    const [sidebar = ''] = /<sl-sidebar-state-persist[^]+?<\/sl-sidebar-state-persist>/.exec(page(address)) ?? [];
    return Array.from(
      sidebar.matchAll(/href="\/js-sdk\/([^"]+)\/"[^]+?<span[^>]*>([^<]+)/g),
      ([, path = '', label = '']) => [path, label] as const,
    );
  });
  const withoutSidebar = ['playground', 'api'];
  expect(listed.map(([path]) => path).toSorted()).toEqual(
    [...pages.keys()].filter((path) => !withoutSidebar.includes(path)).toSorted(),
  );
  expect(new Map(listed).get('guides/pagination')).toBe('Pagination');
});

it('the site says how to install the package, and how to import each name', async () => {
  const home = await read('index.html');
  for (const command of ['npm install', 'pnpm add', 'yarn add', 'bun add'])
    expect(home).toContain(`data-code="${command} @example/sdk"`);
  for (const [address, line] of [
    ['sdk/webhooks/functions/verifywebhook', `import { verifyWebhook } from '@example/sdk/webhooks';`],
    ['sdk/interfaces/clientoptions', `import type { ClientOptions } from '@example/sdk';`],
    ['sandbox/functions/createsandbox', `import { createSandbox } from '@example/sandbox';`],
  ] as const)
    expect(page(`api/example/${address}`)).toContain(`data-code="${line.replaceAll("'", '&#x27;')}`);
});

it('llms.txt tells language models where everything is', async () => {
  const index = await read('llms.txt');
  const links = [...index.matchAll(/https:\/\/your-org\.github\.io\/js-sdk\/([^)]+)/g)].map(([, path]) => path ?? '');

  expect(links).toContain('guides/rate-limits.md');
  expect(links.filter((path) => !existsSync(dist + path))).toEqual([]);
  expect(await read('llms-full.txt')).toContain('redisRateLimitStore');
});

it('each section in the search links to an existing anchor, and is shown without table markup', async () => {
  // The build wrote this format.
  const { documentIds, storedFields } = JSON.parse(await read('search.json')) as {
    documentIds: Record<string, string>;
    storedFields: Record<string, { text: string }>;
  };
  const addresses = Object.values(documentIds);
  const missing = addresses.filter((address) => {
    const [path = '', anchor] = address.split('/#');
    return anchor !== undefined && !page(path).includes(`id="${anchor}"`);
  });
  expect(addresses.length).toBeGreaterThan(500);
  expect([...missing, ...addresses.filter((address) => address.startsWith('internals'))]).toEqual([]);
  expect(Object.values(storedFields).filter(({ text }) => /\|[ :]*-{2,}/.test(text))).toEqual([]);
});

/** Short queries of people who use an SDK, a word or two, by the pages that answer them. Names have their own test. */
const shortQueries = {
  'guides/pagination/': 'pagination, cursor',
  'guides/rate-limits/': '429, redis, rate limit, limits',
  'guides/retries/': 'timeout, retry, abort, cancel, idempotency',
  'guides/errors/': 'errors, 401',
  'guides/webhooks/': 'webhooks, signature',
  'guides/webhooks/ guides/testing/': 'test webhooks',
  'guides/testing/': 'mock, jest',
  'guides/options/': 'options',
  'guides/options/ start/': 'token',
  'guides/observability/': 'logging, opentelemetry',
  'guides/networks/': 'proxy',
  'guides/browsers/': 'CORS, browser',
  'start/': 'install, getting started',
  'start/nextjs/': 'nextjs',
  'start/express/': 'express',
  'sandbox/': 'sandbox',
  'project/changelog/': 'changelog',
  'reference/benchmarks/': 'benchmarks',
  'reference/compatibility/': 'TypeScript',
  'reference/compatibility/ guides/webhook-servers/': 'deno',
};

/** Longer queries. */
const longQueries = {
  'guides/pagination/': 'how do I get all users',
  'guides/pagination/ guides/tasks/': 'resume a list after a restart',
  'guides/rate-limits/': 'share rate limit between servers, prioritize requests of users over background jobs',
  'guides/rate-limits/ guides/errors/': 'too many requests error',
  'guides/retries/': 'how to turn off retries',
  'guides/retries/ guides/options/': 'set a timeout for one call',
  'guides/errors/': 'which field failed validation',
  'guides/webhooks/': 'duplicate webhook events',
  'guides/webhook-servers/ guides/webhooks/': 'verify webhook signature in fastify',
  'guides/webhook-servers/ start/workers/': 'receive webhooks in a cloudflare worker',
  'guides/testing/': 'mock the client in vitest, run tests with fake timers',
  'sandbox/ start/': 'run the API locally without an account',
  'start/ guides/options/ guides/errors/': 'where to put the api token',
  'guides/browsers/': 'use the sdk in a react app',
  'guides/networks/': 'send requests through a proxy, self signed certificate',
  'guides/observability/': 'log every request',
  'guides/endpoints/': 'call an endpoint the sdk does not have',
  'guides/endpoints/ guides/errors/ api/example/sdk/classes/apipromise/': 'get response headers',
  'guides/tasks/': 'migrate from axios, import many users at once',
  'reference/compatibility/': 'supported node versions',
};

it.each([
  ['short', shortQueries, 1, 2],
  ['longer', longQueries, 3, 3],
] as const)('answers %s queries on the first page that the search finds, or on the first three', async (...row) => {
  const [, table, first, most] = row;
  const search = await builtSearch();
  const missed = Object.entries(table).flatMap(([answers, queries]) =>
    queries.split(', ').filter((query) => {
      const found = search(query).flatMap(([hit]) => hit?.address ?? []);
      return !found.slice(0, first).some((address) => answers.split(' ').includes(address));
    }),
  );
  expect(missed.length, `missed: ${missed.join('; ')}`).toBeLessThanOrEqual(most);
});

it('the search marks only words of the query, and forgives typos', async () => {
  const search = await builtSearch();
  for (const [query, word] of [
    ['webhooks', /^webhooks?$/i],
    ['webho', /^webho$/i],
    ['how to cancel a call', /^(cancel|call)/i],
    ['429', /^429$/],
  ] as const) {
    const pieces = search(query).flatMap((hit) => hit.flatMap(({ title, excerpt }) => [...title, ...excerpt]));
    const marked = pieces.filter(({ found }) => found);
    expect(marked.length).toBeGreaterThan(5);
    expect(marked.filter(({ text }) => !word.test(text))).toEqual([]);
  }
  expect(search('timeuot')[0]?.[0]?.address).toBe('guides/retries/');
});

it('a name finds its members, its page with sections, titles that begin with it, but no mere mention', async () => {
  const search = await builtSearch();
  const found = (query: string) =>
    search(query).map((hit) => hit.map(({ address }) => address.split('/').slice(-2).join('/')).join(' '));

  const pages = found('429').map((hit) => hit.split(' ')[0]);
  expect(pages.slice(0, 2)).toEqual(['rate-limits/', 'ratelimiterror/']);
  expect([found('Client')[1], found('Page')[0]?.split(' ')[0]]).toEqual(['clientoptions/', 'page/']);
  const pagination = expect.stringMatching(/^pagination\/( pagination\/#[\w-]+){6}$/) as unknown;
  expect(found('pagination')).toEqual([pagination, 'page/', 'listpromise/']);
  expect(found('maxretries').slice(0, 2)).toEqual(['options/#maxRetries', 'clientoptions/#property-maxretries']);
});

async function builtSearch() {
  // Its imports are installed with the site.
  const { readIndex, search } = await import('../../site/src/search/ranking.ts');
  const index = await readIndex(await read('search.json'));
  return (query: string) => search(index, query);
}
