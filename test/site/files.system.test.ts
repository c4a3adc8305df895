import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import rateLimit from '../../bench/results/rate-limit.json' with { type: 'json' };
import { run } from './support/build.ts';
import { essential, heldOut } from './support/questions.ts';
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

  expect(pages.length).toBeGreaterThan(200);
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

it('lists each class of error and each code in a catalogue, as the sources describe them', async () => {
  const catalogue = await read('reference/errors.md');

  expect(catalogue).toMatch(/^\| \[`ConflictError`\]\(\S+\) +\| 409: the request conflicts/m);
  const classes = await readdir(`${dist}api/example/sdk/classes`);
  const errors = classes.filter((name) => name.endsWith('error'));
  expect(errors.length).toBeGreaterThan(15);
  for (const name of [...errors, 'webhookverificationerror']) expect(catalogue).toContain(`classes/${name}/`);
  for (const code of ['invalid_request', 'email_taken', 'timestamp_too_old', 'body_already_parsed'])
    expect(catalogue).toContain(`\`${code}\``);
});

it('keeps decisions out of the sidebar, but for their index', async () => {
  const sidebar = /<nav class="sidebar[^]+?<\/nav>/.exec(await read('guides/errors/index.html'))?.[0] ?? '';

  expect(sidebar.match(/href="[^"]*\/decisions\/[^"]*"/g)).toEqual(['href="/js-sdk/decisions/"']);
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

it('links each section that the search finds to an anchor that exists', async () => {
  // As the build has written it.
  const { documentIds } = JSON.parse(await read('search.json')) as { documentIds: Record<string, string> };
  const missing: string[] = [];
  for (const address of Object.values(documentIds)) {
    const [path = '', anchor] = address.split('#');
    const html = await read(`${path}index.html`);
    if (anchor !== undefined && !html.includes(`id="${anchor}"`)) missing.push(address);
  }
  expect(Object.keys(documentIds).length).toBeGreaterThan(800);
  expect(missing).toEqual([]);
});

// As many as the search answers today, so that no change makes it worse without notice.
it.each([
  ['essential', essential, 5],
  ['unprepared', heldOut, 27],
])('answers %s questions in the first three pages that the search finds', async (_, questions, least) => {
  // What it imports is installed with the site.
  const { searchIn } = await import('../../site/src/search/ranking.ts');
  const search = await searchIn(await read('search.json'));
  const missed = questions.filter(
    ([query, answers]) =>
      !search(query)
        .slice(0, 3)
        .some(({ address }) => answers.some((answer) => address.startsWith(answer))),
  );

  expect(questions.length - missed.length, `missed: ${missed.join('; ')}`).toBeGreaterThanOrEqual(least);
});
