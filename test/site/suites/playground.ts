import { describe, expect, it } from 'vitest';
import { programs } from '../../../site/src/playground/programs.ts';
import { type Open, run } from '../support/page.ts';

export function describePlayground(open: Open): void {
  describe('the playground', () => {
    it.each(Object.keys(programs))('runs "%s", and sends nothing anywhere', async (name) => {
      const page = await open('playground/');
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.selectOption('[name=program]', name);
      const outcome = await run(page);
      const origin = new URL(page.url()).origin;
      await page.close();

      expect(outcome.status).toMatch(/^Done\. \d+ requests? in [\d.]+ virtual seconds, 0 refused with 429\.$/);
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
        await page.waitForFunction("document.querySelector('[data-part=shared]').textContent !== ''");
        expect(await page.textContent('[data-part=shared]')).toBe(said);
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

    it('gives a program no way out of the page', async () => {
      const page = await open('playground/');
      await page.fill(
        '.cm-content',
        `const { status } = await fetch('https://example.org/elsewhere');
         console.log(status, typeof WebSocket, typeof XMLHttpRequest, typeof importScripts);
         console.log(typeof caches, typeof CacheStorage, typeof FontFace, typeof Worker);
         try { await (await caches.open('x')).add('/js-sdk/favicon.svg?leak'); } catch (error) { console.log(error); }`,
      );
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      const { console } = await run(page);
      await page.close();

      expect(console).toContain('404 undefined undefined undefined');
      expect(console).toContain('undefined undefined undefined undefined\nReferenceError');
      expect(requests.filter((url) => /example\.org|leak/.test(url))).toEqual([]);
    });

    it('leaves what is open as it is while the program runs', async () => {
      const page = await open('playground/');
      const program = `const client = new Client();
        await client.users.get('user_1').catch(() => undefined);
        await new Promise(() => setInterval(() => undefined, 1000));`;
      await page.fill('.cm-content', `import { Client } from '@example/sdk';\n${program}`);
      await page.click('[name=run]');
      await page.click('[data-part=requests] summary');
      await page.click('[name=share]');
      await page.waitForSelector('[data-part=shared] a');
      const said = await page.textContent('[data-part=status]');
      const shown = await page.textContent('[data-part=count]');
      await page.waitForFunction(
        `document.querySelector('[data-part=count]').textContent !== ${JSON.stringify(shown)}`,
      );

      expect(await page.getAttribute('[data-part=requests] details', 'open')).not.toBeNull();
      expect(await page.textContent('[data-part=shared]')).toContain('the address of this program');
      expect(await page.textContent('[data-part=status]')).toBe(said);
      await page.close();
    });

    it('waits for the timers of the program, and shows whatever it throws', async () => {
      const page = await open('playground/');
      await page.fill('.cm-content', `setTimeout(() => console.log('later'), 5_000);`);
      const later = await run(page);
      await page.fill('.cm-content', `throw undefined;`);
      const thrown = await run(page);
      await page.close();

      expect(later.console).toBe('later\n');
      expect(later.status).toMatch(/^Done\./);
      expect(thrown.status).toMatch(/^Failed\./);
      expect(thrown.console).toBe('undefined\n');
    });

    it('keeps a switch that is used while the program is loaded', async () => {
      const page = await open('playground/');
      await page.route(/\/_astro\/dist[^/]*\.js$/, async (route) => {
        await page.check('[name=outage]');
        await route.continue();
      });
      const { status, console } = await run(page);
      await page.close();

      expect(status).toContain('Failed.');
      expect(console).toContain('InternalServerError');
    });
  });
}
