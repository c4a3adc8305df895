import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { programs } from '../../site/src/playground/programs.ts';
import { axeFindings, describeInChromium, ended, type Open, origin, run } from './support/site.ts';

/** Opens the playground with a program. */
async function write(open: Open, code: string): Promise<Page> {
  const page = await open('playground/');
  await page.fill('.cm-content', code);
  return page;
}

/** What a page asks for while it does something, but for the scripts of the site. */
async function requestsOf(page: Page, act: () => Promise<unknown>): Promise<string[]> {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await act();
  return requests.filter((url) => !url.startsWith(`${origin}_astro/`));
}

describeInChromium('the playground', (open) => {
  it.each(Object.keys(programs))('runs "%s", and sends nothing anywhere', async (name) => {
    await using page = await open('playground/');
    await page.waitForSelector('.cm-content');
    await page.selectOption('[name=program]', name);
    expect(await requestsOf(page, () => run(page))).toEqual([]);

    const { status, console, deliveries, budget } = await ended(page);
    expect(status).toMatch(/^Done\. \d+ requests? in [\d.]+ virtual seconds, 0 refused with 429\.$/);
    if (name === '250 calls at once') {
      // Two windows have to end. On a busy machine, a call may time out and be made again.
      expect(Number(/^Done\. 2\d\d requests in ([\d.]+) /.exec(status)?.[1])).toBeGreaterThan(61);
      expect(console).toContain('250 calls done');
      expect(budget).toMatch(/^\d+ of 100$/);
      expect((await page.getAttribute('.cells .good', 'd'))?.split('M').length).toBeGreaterThan(250);
    }
    if (name === 'Webhooks') {
      expect(console).toContain('Welcome, ada@example.com');
      expect(deliveries).toContain('delivered user.created, 1 attempt');
    }
  });

  it('gives the editor most of the window, and shows what happens beside it, in tabs', async () => {
    await using page = await open('playground/', { viewport: { width: 1440, height: 900 } });
    const widthOf = async (selector: string) => (await page.locator(selector).boundingBox())?.width ?? 0;
    expect(await widthOf('.editor')).toBeGreaterThan(0.6 * (await widthOf('.playground')));
    expect(await widthOf('.playground')).toBeGreaterThan(1350);
    await run(page);
    expect(await page.isVisible('[data-part=console]')).toBe(true);
    await page.focus('[role=tab][aria-selected=true]');
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('[role=tab]:focus')).toMatch(/^Requests \d$/);
    expect(await page.isVisible('[data-part=console]')).toBe(false);
    await page.click('[data-part=requests] summary');
    expect(await axeFindings(page)).toEqual([]);
  });

  it.each(['Control', 'Meta'])('runs the program on %s+Enter, and leaves it as it is', async (key) => {
    await using page = await write(open, `console.log('by the keyboard');`);
    await page.keyboard.press(`${key}+Enter`);
    expect((await ended(page)).console).toBe('by the keyboard\n');
    expect(await page.textContent('.cm-content')).toBe(`console.log('by the keyboard');`);
  });

  it('shows an outage that is switched on, and the bodies of the requests', async () => {
    await using page = await open('playground/');
    await page.check('[name=outage]');
    const { status, console, requests } = await run(page);

    expect(status).toContain('Failed.');
    expect(console).toContain('InternalServerError');
    expect(requests).toContain('503 POST /v1/users');
    expect(requests).toContain('ada@example.com');
    expect(requests).not.toContain('secure_password');
  });

  it('shares a program by the address, and stops one that never ends', async () => {
    const program = `console.log('shared'); for (;;);`;
    await using page = await write(open, program);
    await page.click('[name=share]');
    await page.waitForURL(/#code=/);

    await using other = await open(`playground/${new URL(page.url()).hash}`);
    await other.waitForSelector('.cm-content');
    expect(await other.textContent('.cm-content')).toBe(program);
    await other.click('[name=run]');
    await other.waitForSelector('[data-part=console] .log');
    expect(await other.textContent('[name=run]')).toBe('Stop');
    await other.click('[name=run]');
    expect((await ended(other)).status).toMatch(/^Stopped\./);
  });

  it('copies the address, or says that it has to be copied', async () => {
    for (const [permissions, said] of [
      [['clipboard-write'], 'Copied the address of this program.'],
      [[], 'Copy the address of this program to share it.'],
    ] as const) {
      await using page = await open('playground/', { permissions: [...permissions] });
      await page.waitForSelector('.cm-content');
      await page.click('[name=share]');
      await page.waitForFunction("document.querySelector('[data-part=shared]').textContent !== ''");
      expect(await page.textContent('[data-part=shared]')).toBe(said);
    }
  });

  it('shows an error that a callback of the program throws, and nothing of the run before', async () => {
    await using page = await open('playground/');
    expect((await run(page)).budget).toMatch(/^\d+ of 100$/);
    await page.fill('.cm-content', `await new Promise(() => setTimeout(() => { throw new Error('thrown'); }));`);
    const { status, console, budget } = await run(page);

    expect(status).toMatch(/^Failed\. 0 requests in /);
    expect(console).toContain('Error: thrown');
    expect(budget).toBe('–');
  });

  it.each([
    ['editor', /^The program could not be started: .*editor/],
    ['runner', /^The program could not be started: its code could not be loaded\.$/],
    ['dist', /^Failed\. /],
  ])("ends when its %s can't be loaded", async (chunk, said) => {
    await using page = await open('404.html', {});
    await page.route(new RegExp(`/_astro/${chunk}[^/]*\\.js$`), (route) => route.abort());
    await page.goto(`${origin}playground/`);
    expect((await run(page)).status).toMatch(said);
    expect(await page.textContent('[name=run]')).toBe('Run');
  });

  it.each([
    ['a rejection that nothing handles', `void Promise.reject(new TypeError('forgotten'));`, 'TypeError: forgotten\n'],
    [
      'a late one',
      `setTimeout(() => void Promise.reject(new TypeError('late')), 10); await new Promise(() => undefined);`,
      'TypeError: late\n',
    ],
    ['whatever it throws', 'throw undefined;', 'undefined\n'],
  ])('shows %s, and ends', async (_, program, shown) => {
    await using page = await write(open, program);
    const { status, console } = await run(page);

    expect(status).toMatch(/^Failed\./);
    expect(console).toBe(shown);
  });

  it('waits for the timers of the program', async () => {
    await using page = await write(open, `setTimeout(() => console.log('later'), 5_000);`);
    expect(await run(page)).toMatchObject({ console: 'later\n', status: expect.stringMatching(/^Done\./) });
  });

  it('gives a program no way out of the page', async () => {
    await using page = await write(
      open,
      `const { status } = await fetch('https://example.org/elsewhere');
       console.log(status, typeof WebSocket, typeof XMLHttpRequest, typeof importScripts);
       console.log(typeof caches, typeof CacheStorage, typeof FontFace, typeof Worker);
       try { await (await caches.open('x')).add('/js-sdk/favicon.svg?leak'); } catch (error) { console.log(error); }`,
    );
    expect(await requestsOf(page, () => run(page))).toEqual([]);

    const { console } = await ended(page);
    expect(console).toContain('404 undefined undefined undefined');
    expect(console).toContain('undefined undefined undefined undefined\nReferenceError');
  });

  it('leaves what is open as it is while the program runs', async () => {
    await using page = await write(
      open,
      `import { Client } from '@example/sdk';
       const client = new Client();
       await client.users.get('user_1').catch(() => undefined);
       setInterval(() => void client.users.get('user_1').catch(() => undefined), 3000);
       await new Promise(() => undefined);`,
    );
    await page.click('[name=run]');
    await page.click('[role=tab] >> nth=1');
    await page.click('[data-part=requests] details:last-child summary');
    const said = await page.textContent('[data-part=status]');
    const shown = await page.textContent('[data-count=Requests]');
    await page.waitForFunction(
      `document.querySelector('[data-count=Requests]').textContent !== ${JSON.stringify(shown)}`,
    );

    expect(await page.getAttribute('[data-part=requests] details:last-child', 'open')).not.toBeNull();
    expect(await page.textContent('[data-part=status]')).toBe(said);
  });

  it('keeps a switch that is used while the program is loaded', async () => {
    await using page = await open('playground/', {});
    await page.route(/\/_astro\/dist[^/]*\.js$/, async (route) => {
      await page.check('[name=outage]');
      await route.continue();
    });
    const { status, console } = await run(page);

    expect(status).toContain('Failed.');
    expect(console).toContain('InternalServerError');
  });
});
