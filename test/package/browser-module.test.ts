import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { hasChromium, launch } from '../support/chromium.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { serveDirectory } from '../support/static-server.ts';

describe.runIf(hasChromium || process.env['CI'] !== undefined)('dist/browser.min.js', () => {
  it('is all that a page needs, from a server of static files', async () => {
    const sandbox = createSandbox({ projects: 45 });
    onTestFinished(() => sandbox.close());
    const directory = await mkdtemp(join(tmpdir(), 'browser-module-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await copyFile(
      join(inject('packed').project, 'node_modules/@example/sdk/dist/browser.min.js'),
      join(directory, 'browser.min.js'),
    );
    const options = {
      baseUrl: (await sandbox.listen()).url,
      apiToken: sandbox.apiToken,
      dangerouslyAllowBrowser: true,
    };
    await writeFile(
      join(directory, 'index.html'),
      `<!doctype html>
      <title>Projects</title>
      <ul></ul>
      <script type="module">
        import { Client, NotFoundError } from '../package/browser.min.js';

        const client = new Client(${JSON.stringify(options)});
        for await (const project of client.projects.list()) {
          document.querySelector('ul').append(Object.assign(document.createElement('li'), { textContent: project.name }));
        }
        await client.users.get('user_missing').catch((error) => {
          document.title = error instanceof NotFoundError ? 'done' : String(error);
        });
      </script>`,
    );

    await using browser = await launch();
    const page = await browser.newPage();
    const requested: string[] = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    await page.goto(await serveDirectory(directory));
    await page.waitForFunction(() => document.title !== 'Projects');

    expect(await page.title()).toBe('done');
    const names = await page.locator('li').allTextContents();
    expect(names).toEqual(
      sandbox.state.projects
        .list()
        .map(({ name }) => name)
        .reverse(),
    );
    const files = requested.filter((path) => !path.startsWith('/v1/') && path !== '/favicon.ico');
    expect(files).toEqual(['/', '/browser.min.js']);
    recordAsCompatible({ section: 'Bundler', subject: 'none: `dist/browser.min.js`', moduleKind: 'ES module' });
  });
});
