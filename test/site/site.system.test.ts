import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launch } from '../support/chromium.ts';
import { programs } from '../../site/src/playground/programs.ts';
import { familiar, heldOut, type Question } from './support/questions.ts';
import { serveDirectory } from '../support/static-server.ts';
import { describeDemonstrations } from './support/demonstrations.ts';
import { examplesOf, outcomes, pagesWithExamples } from './support/examples.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = `${root}site/dist/`;
const axe = await readFile(`${root}node_modules/axe-core/axe.min.js`, 'utf8');

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
    /** The part of the questions for which one of the first three pages is an answer. */
    async function answered(page: Page, questions: readonly Question[]): Promise<{ part: number; missed: string[] }> {
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
      return { part: 1 - missed.length / questions.length, missed };
    }

    it.each([
      ['familiar', familiar, 0.8],
      ['unprepared', heldOut, 0.8],
    ])('answers %s questions in the first three hits', async (_, questions, least) => {
      const page = await open('');
      await page.click('[data-open-modal]');
      const { part, missed } = await answered(page, questions);
      await page.close();

      expect(part, `missed: ${missed.join('; ')}`).toBeGreaterThanOrEqual(least);
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

  describe('the playground', () => {
    /** Runs a program, and waits until it has ended. Returns what the page says then. */
    async function run(page: Page): Promise<{ status: string; console: string; deliveries: string; budget: string }> {
      await page.click('[name=run]');
      await page.waitForSelector('.playground[data-state=ended]', { timeout: 50_000 });
      const text = async (part: string) => (await page.textContent(`[data-part=${part}]`)) ?? '';
      return {
        status: await text('status'),
        console: await text('console'),
        deliveries: await text('deliveries'),
        budget: await text('budget'),
      };
    }

    it.each(Object.keys(programs))('runs "%s", and sends nothing anywhere', async (name) => {
      const page = await open('playground/');
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.selectOption('[name=program]', name);
      const outcome = await run(page);
      const origin = new URL(page.url()).origin;
      await page.close();

      expect(outcome.status).toMatch(/^Done\. \d+ requests in [\d.]+ virtual seconds, 0 refused with 429\.$/);
      // Only the scripts of the page itself.
      expect(requests.filter((url) => !url.startsWith(`${origin}/js-sdk/_astro/`))).toEqual([]);
    });

    it('lets two minutes pass in seconds, and shows that no call is refused', async () => {
      const page = await open('playground/');
      await page.selectOption('[name=program]', '250 calls at once');
      const start = performance.now();
      const { status, budget, console } = await run(page);
      const took = performance.now() - start;
      await page.close();

      const [, requests, seconds, refused] =
        /(\d+) requests in ([\d.]+) virtual seconds, (\d+) refused/.exec(status) ?? [];
      expect([requests, refused]).toEqual(['250', '0']);
      expect(Number(seconds)).toBeGreaterThan(61);
      expect(took).toBeLessThan(30_000);
      expect(budget).toContain('of 100 requests left, 0 calls wait');
      expect(console).toContain('250 calls done');
    });

    it('delivers webhooks to the handlers of the program', async () => {
      const page = await open('playground/');
      await page.selectOption('[name=program]', 'Webhooks');
      const { console, deliveries } = await run(page);
      await page.close();

      expect(console).toContain('Welcome, ada@example.com');
      expect(deliveries).toContain('delivered user.created, 1 attempt');
    });

    it('shows an outage that is switched on, and the bodies of the requests', async () => {
      const page = await open('playground/');
      await page.check('[name=outage]');
      const { status, console } = await run(page);
      const request = await page.textContent('[data-part=requests]');
      await page.close();

      expect(status).toContain('Failed.');
      expect(console).toContain('InternalServerError');
      expect(request).toContain('503 POST /v1/users');
      expect(request).toContain('ada@example.com');
      expect(request).not.toContain('secure_password');
    });

    it('shares a program by the address, and stops one that never ends', async () => {
      const program = `console.log('shared'); for (;;);`;
      const page = await open('playground/');
      await page.fill('.cm-content', program);
      await page.click('[name=share]');
      const address = page.url();
      await page.close();
      expect(address).toContain('#code=');

      const other = await open(`playground/${new URL(address).hash}`);
      expect(await other.textContent('.cm-content')).toBe(program);
      await other.click('[name=run]');
      await other.waitForSelector('[data-part=console] .log');
      await other.click('[name=stop]');
      await other.waitForSelector('.playground[data-state=ended]');
      await other.close();
    });

    it('copies the address, or says that it has to be copied', async () => {
      for (const [allowed, said] of [
        [['clipboard-write'], 'Copied the address of this program.'],
        [[], 'Copy the address of this program to share it.'],
      ] as const) {
        const page = await open('playground/');
        await page.context().grantPermissions([...allowed]);
        await page.waitForSelector('.cm-content');
        await page.click('[name=share]');
        await page.waitForFunction("document.querySelector('[data-part=status]').textContent !== ''");
        expect(await page.textContent('[data-part=status]')).toBe(said);
        await page.close();
      }
    });

    it('shows an error that a callback of the program throws, and nothing of the run before', async () => {
      const page = await open('playground/');
      expect((await run(page)).budget).toContain('requests left');
      await page.fill('.cm-content', `await new Promise(() => setTimeout(() => { throw new Error('thrown'); }));`);
      const { status, console, budget } = await run(page);
      await page.close();

      expect(status).toMatch(/^Failed\. 0 requests in /);
      expect(console).toContain('Error: thrown');
      expect(budget.trim()).toBe('Not started.');
    });

    it.each([
      ['editor', /^The program could not be started: .*editor/],
      ['runner', /^The program could not be started: its code could not be loaded\.$/],
      ['dist', /^Failed\. /],
    ])("ends when its %s can't be loaded", async (chunk, said) => {
      const page = await open('start/');
      await page.route(new RegExp(`/_astro/${chunk}[^/]*\\.js$`), (route) => route.abort());
      await page.goto(new URL('../playground/', page.url()).href);
      const { status } = await run(page);
      expect(status).toMatch(said);
      expect(await page.isEnabled('[name=run]')).toBe(true);
      await page.close();
    });

    it('shows a rejection that nothing handles, and ends', async () => {
      const page = await open('playground/');
      await page.fill('.cm-content', `void Promise.reject(new TypeError('forgotten'));`);
      const last = await run(page);
      await page.fill(
        '.cm-content',
        `setTimeout(() => void Promise.reject(new TypeError('late')), 10); await new Promise(() => undefined);`,
      );
      const late = await run(page);
      await page.close();

      expect([last.status, late.status]).toEqual([
        expect.stringMatching(/^Failed\./),
        expect.stringMatching(/^Failed\./),
      ]);
      expect(last.console).toContain('TypeError: forgotten');
      expect(late.console).toContain('TypeError: late');
    });

    it.each(pagesWithExamples.filter(({ file }) => examplesOf(file).some(({ name }) => outcomes[name])))(
      'runs each example of $address in its place',
      { timeout: 120_000 },
      async ({ address, file }) => {
        const page = await open(`${address}/`);
        const examples = examplesOf(file).filter(({ name }) => outcomes[name]);
        expect(await page.locator('.run-example').count()).toBe(examples.length);
        for (const { name, code } of examples) {
          const before = page.locator('.run-example').first().locator('xpath=preceding-sibling::*[1]');
          const shown = await before.locator('button[data-code]').getAttribute('data-code');
          expect(shown?.replaceAll('\u007f', '\n').trim()).toBe(code.trim());
          await page.locator('.run-example a').first().click();
          await page.waitForSelector('.playground[data-state=ended]', { timeout: 50_000 });
          const text = (await page.textContent('.playground')) ?? '';
          const [, outcome, requests] = /(Done|Failed)\. (\d+) requests/.exec(text) ?? [];
          expect({ name, outcome, requests }).toEqual({
            name,
            outcome: 'Done',
            requests: String(outcomes[name]?.requests),
          });
          for (const part of outcomes[name]?.shows ?? []) expect(text).toContain(part);
          await page.evaluate(`document.querySelector('.playground').remove()`);
        }
        await page.close();
      },
    );

    it('edits an example, shares it, and gives its place back', async () => {
      const page = await open('guides/retries/');
      await page.context().grantPermissions(['clipboard-write']);
      await page.locator('.run-example a').first().click();
      await page.waitForSelector('.playground[data-state=ended]');
      await page.fill('.cm-content', `console.log('edited');`);
      expect((await run(page)).console).toBe('edited\n');
      await page.click('[name=share]');
      const address = await page.getAttribute('[data-part=status] a', 'href');
      await page.click('[name=close]');
      expect(await page.locator('.playground').count()).toBe(0);
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Run this example');

      await page.goto(address ?? '');
      await page.waitForSelector('.cm-content');
      expect(await page.textContent('.cm-content')).toBe(`console.log('edited');`);
      await page.close();
    });

    it('gives a program no way out of the page', async () => {
      const page = await open('playground/');
      await page.fill(
        '.cm-content',
        `const { status } = await fetch('https://example.org/elsewhere');
         console.log(status, typeof WebSocket, typeof XMLHttpRequest, typeof importScripts);`,
      );
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      const { console } = await run(page);
      await page.close();

      expect(console).toContain('404 undefined undefined undefined');
      expect(requests.filter((url) => url.includes('example.org'))).toEqual([]);
    });
  });

  describeDemonstrations(open);

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([390, 1280])('has no findings of axe at %i pixels', async (width) => {
      for (const path of [
        '',
        'playground/',
        'side-by-side/',
        'start/',
        'guides/rate-limits/',
        'api/example/sdk/classes/client/',
      ]) {
        const page = await open(path, { colorScheme, viewport: { width, height: 900 } });
        await page.evaluate(axe);
        const found = await page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
        );
        await page.close();

        expect({ path, found }).toEqual({ path, found: [] });
      }
    });
  });
});
