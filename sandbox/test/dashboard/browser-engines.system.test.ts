import { createSandbox } from '@example/sandbox';
import { expect, onTestFinished, test } from 'vitest';
import { describeEachBrowserEngine, waitFor } from '../../../test/support/browser-engines.ts';

describeEachBrowserEngine('the dashboard', ({ open }) => {
  test('shows a request as it comes in, and creates a token', async () => {
    const sandbox = createSandbox();
    onTestFinished(() => sandbox.close());
    const { url } = await sandbox.listen();
    const headers = { Authorization: `Bearer ${sandbox.apiToken}` };

    await using tab = await open();
    await tab.goto(new URL('/dashboard/requests', url).href);
    await waitFor(tab, `document.querySelector('#connection[data-state="connected"]')`);
    await fetch(`${url}/projects?per_page=1`, { headers });
    await waitFor(tab, `document.querySelector('.rows > li')?.textContent.includes('/v1/projects?per_page=1')`);

    await tab.goto(new URL('/dashboard/api-tokens', url).href);
    await tab.evaluate(`void (document.querySelector('input[name="name"]').value = 'CI <main>')`);
    await tab.evaluate(`document.querySelector('button[value="create"]').click()`);
    await waitFor(tab, `document.body?.textContent.includes('“CI <main>” is created.')`);

    expect(sandbox.state.tokens.list().map(({ name }) => name)).toContain('CI <main>');
  });
});
