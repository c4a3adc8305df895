import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launch } from '../support/chromium.ts';
import { essential, familiar, heldOut, type Question } from './support/questions.ts';
import { serveDirectory } from '../support/static-server.ts';
import { describeDemonstrations } from './suites/demonstrations.ts';
import { axeFindings } from './support/page.ts';
import { describeEditor } from './suites/editor.ts';
import { describeExamples } from './suites/examples.ts';
import { describeInFirefox } from './suites/firefox.ts';
import { describePlayground } from './suites/playground.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = `${root}site/dist/`;

// Not what Vitest sets, such as DEV, which would make it a build for development.
const ofVitest = /^(VITEST.*|NODE_ENV|TEST|MODE|DEV|PROD|SSR|BASE_URL)$/;
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofVitest.test(name)));
const environment = { ...inherited, ASTRO_TELEMETRY_DISABLED: '1' };

async function run(...command: string[]): Promise<void> {
  const [program = '', ...args] = command;
  await promisify(execFile)(program, args, {
    cwd: root,
    env: environment,
  }).catch((error: unknown) => {
    // It has what the program has printed.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command.join(' ')} failed:\n${stdout}\n${stderr}`);
  });
}

/** One page of each kind whose bytes are limited, by its address below the site's base. */
const pages: Readonly<Record<string, string>> = {
  'home page': '',
  'a guide': 'guides/rate-limits/',
  'API reference': 'api/example/sdk/classes/client/',
  playground: 'playground/',
};

/** One of each. The last one is what a wrong address shows. */
const kindsOfPages = [
  ...Object.values(pages),
  'side-by-side/',
  'start/',
  'guides/tasks/',
  'guides/webhooks/',
  'sandbox/',
  'examples/',
  'reference/benchmarks/',
  'internals/retries/',
  'decisions/',
  'decisions/site/',
  'project/changelog/',
  'api/',
  'api/example/sdk/interfaces/clientoptions/',
  'api/example/sdk/webhooks/functions/verifywebhook/',
  'api/example/sdk/type-aliases/priority/',
  '404.html',
];

// Whether the keyboard reaches each block of code that scrolls. The page sees to it after its size has changed.
const isReachable = `[...document.querySelectorAll('pre')].every(
  (code) => code.scrollWidth <= code.clientWidth || code.tabIndex >= 0 || code.closest('[hidden]') !== null
)`;

const read = (path: string) => readFile(`${dist}${path}`, 'utf8');

beforeAll(async () => {
  if (!existsSync(`${root}site/node_modules`)) {
    await run('npm', '--prefix', 'site', 'ci', '--no-fund', '--no-audit', '--loglevel=error');
  }
  // Broken links and anchors fail the build.
  await run('npm', '--prefix', 'site', 'run', '--silent', 'build');
}, 300_000);

describe('the site as files', () => {
  it('has the right types and no findings of the linter', { timeout: 180_000 }, async () => {
    await run('npm', '--prefix', 'site', 'run', '--silent', 'typecheck');
    await run('npx', 'eslint', 'site');
  });

  it('has a page for each guide, with its Markdown beside it', async () => {
    const guides = (await readdir(`${root}docs`))
      .filter((name) => name.endsWith('.md'))
      .map((name) => name.slice(0, -3));
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

  it('keeps the code of a page in its Markdown, and leaves out the components of the site', async () => {
    expect(await read('guides/webhooks.md')).toMatch(/^import \{ Webhooks \} from '@example\/sdk\/webhooks';$/m);
    const home = await read('index.md');
    expect(home).toMatch(/^# @example\/sdk\n/);
    expect(home).not.toMatch(/^import |<Playground/m);
  });

  it('describes each guide in prose', async () => {
    for (const guide of await readdir(`${dist}guides`, { withFileTypes: true })) {
      if (!guide.isDirectory()) continue;
      const [, description] =
        /<meta name="description" content="([^"]+)"/.exec(await read(`guides/${guide.name}/index.html`)) ?? [];
      expect(description).toMatch(/^[A-Z][^{}<>=]+\.$/);
    }
  });

  it('offers to run examples on the pages alone', async () => {
    const offer = 'Run this example';
    expect(await read('guides/retries/index.html')).toContain(offer);
    expect(await read('guides/retries.md')).not.toContain(offer);
    expect(await read('llms-full.txt')).not.toContain(offer);
  });

  it('has the reference of each entry point, in the same look', async () => {
    expect(await read('api/index.html')).toContain('@example/sdk/webhooks');
    expect(await read('api/example/sdk/interfaces/clientoptions/index.html')).toContain('dangerouslyAllowBrowser');
    expect(await read('api/example/sandbox/functions/createsandbox/index.html')).toContain('sl-markdown-content');
  });

  it('tells language models where everything is', async () => {
    const index = await read('llms.txt');

    expect(index).toContain('https://your-org.github.io/js-sdk/guides/rate-limits.md');
    expect(await read('llms-full.txt')).toContain('redisRateLimitStore');
    const links = [...index.matchAll(/https:\/\/your-org\.github\.io\/js-sdk\/([^)]+)/g)].map(([, path]) => path ?? '');
    expect(links.filter((path) => !existsSync(dist + path))).toEqual([]);
  });
});

describeInFirefox(() => serveDirectory(dist, '/js-sdk/'));

describe.runIf(hasChromium || process.env['CI'] !== undefined)('the site in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  async function open(path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options);
    await page.goto((await serveDirectory(dist, '/js-sdk/')) + path, { waitUntil: 'networkidle' });
    return page;
  }

  describe('the search box', () => {
    /** The questions for which none of the first three pages is an answer. */
    async function unanswered(page: Page, questions: readonly Question[]): Promise<string[]> {
      const missed: string[] = [];
      for (const [query, answers] of questions) {
        await page.fill('site-search input', query);
        await page.waitForFunction("document.querySelector('site-search [role=status]').textContent !== ''");
        const links = await page
          .locator('site-search .page')
          .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
        const hits = links.slice(0, 3).map((link) => link?.replace('/js-sdk/', '') ?? '');
        if (!hits.some((hit) => answers.some((answer) => hit.startsWith(answer)))) missed.push(query);
        await page.fill('site-search input', '');
        await page.waitForFunction("document.querySelector('site-search [role=status]').textContent === ''");
      }
      return missed;
    }

    // As many as the search answers today, so that no change makes it worse without notice.
    it.each([
      ['essential', essential, 5],
      ['familiar', familiar, 29],
      ['unprepared', heldOut, 26],
    ])('answers %s questions in the first three hits', async (_, questions, least) => {
      const page = await open('');
      await page.click('[data-open-modal]');
      const missed = await unanswered(page, questions);
      await page.close();

      expect(questions.length - missed.length, `missed: ${missed.join('; ')}`).toBeGreaterThanOrEqual(least);
    });

    it('opens the first hit on Enter', async () => {
      const page = await open('');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('retries');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/guides\/retries\//);
      await page.close();
    });

    it('stays open on Enter if nothing was found, and is left by its button', async () => {
      const page = await open('');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('zzzzzz');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=Nothing found for “zzzzzz”.');
      expect(await page.isVisible('site-search dialog')).toBe(true);
      await page.click('[data-close-modal]');
      expect(await page.isVisible('site-search dialog')).toBe(false);
      await page.close();
    });

    it('is opened, used and left by the keyboard', async () => {
      const page = await open('');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('verify webhook signature');
      await page.waitForSelector('site-search .section');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/guides\/webhooks\/#./);
      await page.keyboard.press('Control+k');
      await page.keyboard.press('Escape');
      expect(await page.isVisible('site-search dialog')).toBe(false);
      await page.close();
    });

    it('says that nothing was found, and that the index could not be loaded', async () => {
      const page = await open('');
      await page.route('**/search.json', (route) => route.abort());
      await page.click('[data-open-modal]');
      await page.fill('site-search input', 'limit');
      await page.waitForSelector('text=could not be loaded');
      await page.unroute('**/search.json');
      await page.fill('site-search input', 'zzzzzz');
      await page.waitForSelector('text=Nothing found for “zzzzzz”.');
      await page.close();
    });

    it('links each section to an anchor that exists', async () => {
      // As the build has written it.
      const { documentIds } = JSON.parse(await read('search.json')) as { documentIds: Record<string, string> };
      const missing: string[] = [];
      for (const address of Object.values(documentIds)) {
        const [path = '', anchor] = address.split('#');
        const html = await read(`${path}index.html`);
        if (anchor !== undefined && !html.includes(`id="${anchor}"`)) missing.push(address);
      }
      expect(Object.keys(documentIds).length).toBeGreaterThan(1000);
      expect(missing).toEqual([]);
    });
  });

  // Bytes of all files that a page loads before someone uses it, compressed. What only runs on demand must not be among them.
  it.each([
    ['home page', 240_000],
    ['a guide', 60_000],
    ['API reference', 45_000],
    ['playground', 240_000],
  ])('loads %s with at most %i bytes', async (name, limit) => {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await page.goto((await serveDirectory(dist, '/js-sdk/')) + (pages[name] ?? ''), { waitUntil: 'networkidle' });
    const bytes = await page.evaluate(() => {
      const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
      // The type of the entries of both kinds.
      return (entries as PerformanceResourceTiming[]).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    });
    await page.close();

    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(limit);
  });

  describePlayground(open);
  describeExamples(open);
  describeEditor(open);
  describeDemonstrations(open);

  it.each(['light', 'dark'] as const)(
    'has no findings of axe on any kind of page in %s',
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme });
      const origin = await serveDirectory(dist, '/js-sdk/');
      const found: Record<string, unknown> = {};
      for (const path of kindsOfPages) {
        await page.goto(origin + path, { waitUntil: 'networkidle' });
        for (const width of [1280, 390]) {
          await page.setViewportSize({ width, height: 900 });
          await page.waitForFunction(isReachable);
          found[`${path} ${width}`] = await axeFindings(page);
        }
      }
      await page.click('[data-open-modal]');
      await page.fill('site-search input', 'verify a webhook');
      await page.waitForSelector('site-search .section');
      found['the search box'] = await axeFindings(page);
      await page.close();

      expect(Object.entries(found).filter(([, each]) => (each as string[]).length > 0)).toEqual([]);
    },
    120_000,
  );
});
