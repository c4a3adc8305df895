import { expect, it } from 'vitest';
import { programs } from '../../site/src/playground/programs.ts';
import { axeFindings } from '../support/axe.ts';
import { describeSite, ended, origin, run } from './support/site.ts';

describeSite('the playground', (open) => {
  it('runs each program of its menu, lets none out of the page, and sends nothing anywhere', async () => {
    await using page = await open('playground/');
    await page.waitForSelector('.cm-content');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    for (const name of Object.keys(programs)) {
      await page.selectOption('[name=program]', name);
      const { status, console, deliveries } = await run(page);
      expect(status).toMatch(/^Done\. \d+ requests? in [\d.]+ s of simulated time, 0 refused with 429\.$/);
      if (name !== 'Webhooks') continue;
      expect(console).toContain('Welcome, ada@example.com');
      expect(deliveries).toContain('delivered user.created, 1 attempt');
    }

    await page.fill(
      '.cm-content',
      `const { status } = await fetch('https://example.org/elsewhere');
       console.log(status, typeof WebSocket, typeof XMLHttpRequest, typeof importScripts);
       console.log(typeof caches, typeof CacheStorage, typeof FontFace, typeof Worker);
       try { await (await caches.open('x')).add('/js-sdk/favicon.svg?leak'); } catch (error) { console.log(error); }`,
    );
    const { console } = await run(page);
    expect(console).toContain('404 undefined undefined undefined');
    expect(console).toContain('undefined undefined undefined undefined\nReferenceError');
    expect(requests.filter((url) => !url.startsWith(`${origin}_astro/`))).toEqual([]);
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

  it('shows on a phone what it prints, with the button, as soon as it runs', async () => {
    await using page = await open('playground/', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await page.waitForSelector('.cm-content');
    await page.click('[name=run]');
    for (const state of ['running', 'ended']) {
      await page.waitForSelector(`.playground[data-state=${state}]`);
      for (const part of ['[name=run]', '[data-part=console]']) {
        const box = await page.locator(part).boundingBox();
        expect(box!.y, `${part} ${state}`).toBeGreaterThan(0);
        expect(Math.floor(box!.y + box!.height), `${part} ${state}`).toBeLessThanOrEqual(844);
      }
    }
  });

  it('runs the program on Ctrl+Enter and ⌘+Enter, leaves it as it is, and colours it', async () => {
    await using page = await open('playground/');
    for (const key of ['Control', 'Meta']) {
      await page.fill('.cm-content', `console.log('${key}');`);
      await page.keyboard.press(`${key}+Enter`);
      expect((await ended(page)).console).toBe(`${key}\n`);
      expect(await page.textContent('.cm-content')).toBe(`console.log('${key}');`);
    }
    const colours = await page
      .locator('.cm-line, .cm-line span')
      .evaluateAll((all) => all.map((each) => getComputedStyle(each).color));
    expect(new Set(colours).size).toBeGreaterThan(2);
  });

  it('shows an outage, whether it is switched on while the program is loaded or before, and the bodies of the requests', async () => {
    await using page = await open('playground/', {});
    await page.route(/\/_astro\/dist[^/]*\.js$/, async (route) => {
      await page.check('[name=outage]');
      await route.continue();
    });
    for (const when of ['while', 'before']) {
      const { status, console, requests } = await run(page);

      expect(status, when).toContain('Failed.');
      expect(console).toContain('InternalServerError');
      expect(requests).toContain('503 POST /v1/users');
      expect(requests).toContain('ada@example.com');
      expect(requests).not.toContain('secure_password');
    }
  });

  it('shares a program by its address, and stops one that never ends', async () => {
    const program = `console.log('shared'); for (;;);`;
    await using page = await open('playground/', { permissions: ['clipboard-write'] });
    await page.fill('.cm-content', program);
    await page.click('[name=share]');
    await page.getByText('Copied the address of this program.').waitFor();

    await page.reload();
    await page.getByText('This program came with the address. Read it before you run it.').waitFor();
    await page.getByText(program).waitFor();
    await page.click('[name=run]');
    await page.waitForSelector('[data-part=console] .log');
    expect(await page.textContent('[name=run]')).toBe('Stop');
    await page.click('[name=run]');
    expect((await ended(page)).status).toMatch(/^Stopped\./);

    await page.context().clearPermissions();
    await page.context().grantPermissions([]);
    await page.click('[name=share]');
    await page.getByText('Copy the address of this program to share it.').waitFor();
  });

  it('shows how a program ends, and nothing of the run before', async () => {
    await using page = await open('playground/');
    expect((await run(page)).budget).toMatch(/^\d+ of 100$/);
    for (const [program, outcome, shown] of [
      // Types are left out, and not checked.
      ['const text: string = 1; console.log(text);', 'Done', '1\n'],
      [`setTimeout(() => console.log('later'), 5_000);`, 'Done', 'later\n'],
      ['const = 1;', 'Failed', 'SyntaxError: Unexpected token (1:7)\n'],
      [
        `await new Promise(() => setTimeout(() => { throw new Error('thrown'); }));`,
        'Failed',
        'Uncaught Error: thrown\n',
      ],
      [`void Promise.reject(new TypeError('forgotten'));`, 'Failed', 'TypeError: forgotten\n'],
      [
        `setTimeout(() => void Promise.reject(new TypeError('late')), 10); await new Promise(() => undefined);`,
        'Failed',
        'TypeError: late\n',
      ],
      ['throw undefined;', 'Failed', 'undefined\n'],
    ] as const) {
      await page.fill('.cm-content', program);
      const { status, console, budget } = await run(page);
      expect({ program, console, budget }).toEqual({ program, console: shown, budget: '–' });
      expect(status).toMatch(`${outcome}. 0 requests in `);
    }
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

  it('leaves what is open as it is while the program runs', async () => {
    await using page = await open('playground/');
    await page.fill(
      '.cm-content',
      `import { Client } from '@example/sdk';
       const client = new Client();
       await client.users.get('user_1').catch(() => undefined);
       setInterval(() => void client.users.get('user_1').catch(() => undefined), 3000);
       await new Promise(() => undefined);`,
    );
    await page.click('[name=run]');
    await page.click('[role=tab] >> nth=1');
    // Its line changes when it is answered, which may take the click away.
    await page.waitForFunction(
      `/^\\d{3} /.test(document.querySelector('[data-part=requests] details:first-child summary')?.textContent)`,
    );
    await page.click('[data-part=requests] details:first-child summary');
    const said = await page.textContent('[data-part=status]');
    const shown = await page.textContent('[data-count=Requests]');
    await page.waitForFunction(
      `document.querySelector('[data-count=Requests]').textContent !== ${JSON.stringify(shown)}`,
    );

    expect(await page.getAttribute('[data-part=requests] details:first-child', 'open')).not.toBeNull();
    expect(await page.textContent('[data-part=status]')).toBe(said);
  });
});
