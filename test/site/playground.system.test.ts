import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runnable } from '../../site/build/examples.ts';
import { pages, root } from '../../site/build/pages.ts';
import { programs } from '../../site/src/playground/programs.ts';
import { describeSite, ended, onPhone, origin, run } from './support/site.ts';

/** The guides with examples, and how many each has. */
const withExamples = pages.flatMap(({ address, file }) => {
  const count = file.startsWith('site/') ? 0 : (readFileSync(`${root}${file}`, 'utf8').match(runnable)?.length ?? 0);
  return count === 0 ? [] : [{ address, count }];
});

describeSite('the playgrounds', (open) => {
  it('runs each program that is chosen, lets none out of the page, and sends nothing anywhere', async () => {
    await using page = await open('playground/');
    await ended(page);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    for (const name of Object.keys(programs)) {
      await page.selectOption('[name=program]', name);
      const { status, console, deliveries, refused } = await ended(page);
      expect(`${status} ${refused}`).toMatch(/^Done( in ([\d.]+ s|\d min \d+ s) \(simulated\))? 0$/);
      if (name === 'Webhooks')
        expect(console + deliveries).toMatch(/Welcome, ada@example\.com[^]+delivered user\.created, 1 attempt/);
    }

    const { console } = await run(
      page,
      `const { status } = await fetch('https://example.org/elsewhere');
       console.log(status, typeof WebSocket, typeof XMLHttpRequest, typeof importScripts);
       console.log(typeof caches, typeof CacheStorage, typeof FontFace, typeof Worker);
       try { await (await caches.open('x')).add('/js-sdk/favicon.svg?leak'); } catch (error) { console.log(error); }`,
    );
    expect(console).toContain(`404${' undefined'.repeat(3)}\nundefined${' undefined'.repeat(3)}\nReferenceError`);
    expect(requests.filter((url) => !url.startsWith(`${origin}_astro/`))).toEqual([]);
  });

  it('shows the output and the button on a phone, as soon as a program runs', async () => {
    await using page = await open('playground/', onPhone);
    await ended(page);
    await page.fill('.cm-content', "setInterval(() => console.log('tick'), 1000); await new Promise(() => undefined);");
    for (const state of ['running', 'ended']) {
      await page.click('[name=run]'); // The second click stops it.
      await page.waitForSelector(`.playground[data-state=${state}]`);
      for (const part of ['[name=run]', '[data-part=Console]']) {
        const box = await page.locator(part).boundingBox();
        expect(box!.y, `${part} ${state}`).toBeGreaterThan(0);
        expect(Math.floor(box!.y + Math.min(box!.height, 300)), `${part} ${state}`).toBeLessThanOrEqual(844);
      }
    }
  });

  it("runs the program on Ctrl+Enter and ⌘+Enter, doesn't change it, and colors it", async () => {
    await using page = await open('playground/');
    for (const key of ['Control', 'Meta']) {
      await page.fill('.cm-content', `console.log('${key}');`);
      await page.keyboard.press(`${key}+Enter`);
      expect((await ended(page)).console).toBe(`${key}\n`);
      expect(await page.textContent('.cm-content')).toBe(`console.log('${key}');`);
    }
    const colour =
      'new Set(Array.from(document.querySelectorAll(".cm-line, .cm-line span"), (each) => getComputedStyle(each).color))';
    expect(await page.evaluate(`${colour}.size`)).toBeGreaterThan(2);
  });

  it('shows an outage and the bodies of requests', async () => {
    await using page = await open('playground/');
    const outage = 'sandbox.faults.next({ status: 503, share: 1 });';
    const { status, console, requests } = await run(page, `${outage}\n${programs['First calls']}`);

    expect(status).toContain('Failed');
    expect(console).toContain('InternalServerError');
    for (const part of ['503 POST /v1/users', 'ada@example.com']) expect(requests).toContain(part);
    expect(requests).not.toContain('secure_password');
  });

  it('shares a program by its address, keeps requests open while it runs, and stops it if it never ends', async () => {
    const program = `import { Client } from '@example/sdk';
       const get = () => new Client().users.get('user_1').catch(() => undefined);
       setInterval(get, 3000);
       await new Promise(() => undefined);`;
    await using page = await open('playground/', { permissions: ['clipboard-write'] });
    await ended(page);
    await page.fill('.cm-content', program);
    await page.click('[name=share]');
    await page.getByText('Copied the address of this program.').waitFor();

    await page.reload();
    await page.getByText('This program came with the address.').waitFor();
    await page.getByText('setInterval(get, 3000);').waitFor();
    await page.click('[name=run]');
    await page.click('label:has-text("Requests")');
    const first = page.locator('[data-part=Requests] details:first-child');
    // The line changes when its response arrives, which may swallow the click.
    await first.getByText(/^\d{3} /).waitFor();
    await first.locator('summary').click();
    const shown = await page.textContent('[data-count=Requests]');
    await page.waitForFunction(`document.querySelector('[data-count=Requests]').textContent !== '${shown}'`);
    expect(await first.getAttribute('open')).not.toBeNull();
    expect(await page.textContent('[name=run]')).toBe('Stop');
    await page.click('[name=run]');
    expect((await ended(page)).status).toMatch(/^Stopped/);
  });

  it('shows how a program ended, and nothing from the previous run', async () => {
    await using page = await open('playground/');
    expect((await run(page)).budget).toMatch(/^\d+ of 100$/);
    const never = 'await new Promise(() => undefined);';
    for (const [program, outcome, shown] of [
      // Types are removed, but not checked.
      ['const text: string = 1; console.log(text);', 'Done', '1\n'],
      [`setTimeout(() => console.log('later'), 5_000);`, 'Done', 'later\n'],
      [
        `const t = setInterval(() => console.log('t'), 100); setTimeout(() => clearInterval(t), 250);`,
        'Done',
        't\nt\n',
      ],
      ['const = 1;', 'Failed', 'SyntaxError: Unexpected token (1:7)\n'],
      [`setTimeout(() => { throw new Error('thrown'); }); ${never}`, 'Failed', 'Uncaught Error: thrown\n'],
      [`setTimeout(() => void Promise.reject(new TypeError('late')), 10); ${never}`, 'Failed', 'TypeError: late\n'],
      ['throw undefined;', 'Failed', 'undefined\n'],
    ] as const) {
      const { status, console, budget, requests } = await run(page, program);
      expect({ program, console, budget, requests }).toEqual({ program, console: shown, budget: '–', requests: '' });
      expect(status).toMatch(new RegExp(`^${outcome}( in \\d.* \\(simulated\\))?$`));
    }
  });

  it('runs 300 calls when the home page opens, and none is refused', async () => {
    await using page = await open('', { viewport: { width: 1440, height: 900 } });
    await page.waitForSelector('.playground[data-state]');
    const box = await page.locator('.playground').boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(900);
    const { status, console, budget, refused } = await ended(page);
    expect(`${status} ${refused}`).toBe('Done 0');
    expect(console).toBe('300 calls done\n');
    expect(budget).toMatch(/^\d+ of 100$/);
    expect((await page.getAttribute('.playground .good', 'd'))?.split('M').length).toBeGreaterThan(300);
  });

  it('shows on a phone the result of the 300 calls before they run, and scrolls to it', async () => {
    await using page = await open('', onPhone);
    await page.waitForLoadState('networkidle');
    expect(await page.getAttribute('.playground', 'data-state')).toBeNull();
    const shown = () =>
      page
        .locator('dd, .minutes :is(.good, b), [data-part=Console], [data-part=status]')
        .evaluateAll((parts) => parts.map((part) => part.getAttribute('d') ?? part.textContent));
    const before = await shown();
    await page.click('[name=run]');
    expect((await ended(page)).console).toBe('300 calls done\n');
    expect(await shown()).toEqual(before);
    const box = await page.locator('[data-part=Console]').boundingBox();
    expect(box!.y).toBeGreaterThan(0);
    expect(Math.floor(box!.y + box!.height)).toBeLessThanOrEqual(844);
  });

  it.each(withExamples)('runs each example of /$address/, and each prints something', async (guide) => {
    await using page = await open(`${guide.address}/`, onPhone);
    const runs = page.locator('.run-example a');
    expect(await runs.count()).toBe(guide.count);
    for (let example = 0; example < guide.count; example += 1) {
      await runs.nth(example).click();
      const { status, console } = await ended(page);
      expect({ guide, example, status }).toMatchObject({ status: expect.stringMatching(/^Done/) });
      expect(console).toMatch(/\w/);
      await page.goBack();
    }
  });
});
