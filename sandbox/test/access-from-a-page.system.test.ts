import { createSandbox } from '@example/sandbox';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../test/support/http-server.ts';
import { describeInChromium, useChromium } from '../../test/support/use-chromium.ts';

/** Attacks a sandbox whose address and token the page knows. Returns how each attempt ended. Runs in the page. */
async function attack({ api, token }: { api: string; token: string }) {
  const { origin } = new URL(api);
  const ended = (url: string, init?: RequestInit) =>
    fetch(url, init).then(
      ({ status }) => String(status),
      () => 'failed',
    );
  const first = (target: EventTarget, ...names: string[]) =>
    new Promise<Event>((resolve) => {
      for (const name of names) target.addEventListener(name, resolve);
    });
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const email = `${String(Math.random())}@evil.test`;
  const creation = {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: 'Eve', email, password: 'secure_password' }),
  };

  const form = Object.assign(document.createElement('form'), { method: 'post', target: 'result' });
  form.action = `${origin}/dashboard/users`;
  form.innerHTML =
    '<input name="name" value="Eve"><input name="email" value="eve@evil.test"><input name="action" value="create">';
  const result = Object.assign(document.createElement('iframe'), { name: 'result' });
  document.body.append(form, result);
  const submitted = first(result, 'load');
  form.submit();
  await submitted;

  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  const message = first(window, 'message');
  frame.srcdoc = `<script>fetch('${api}/users', ${JSON.stringify(creation)})
    .then(({ status }) => status, () => 'failed').then((end) => parent.postMessage(end, '*'))</script>`;
  document.body.append(frame);

  return {
    frame: String(((await message) as MessageEvent).data),
    create: await ended(`${api}/users`, creation),
    read: await ended(`${api}/projects`, { headers }),
    // The page can't see what these do.
    hidden: [
      await ended(`${api}/users`, { method: 'POST', mode: 'no-cors', body: 'token'.repeat(25_000) }),
      await ended(`${origin}/__sandbox/users`, { method: 'POST', mode: 'no-cors', body: '{}' }),
    ],
    events: (await first(new EventSource(`${origin}/dashboard/events`), 'open', 'error')).type,
  };
}

describeInChromium('a page in Chromium', () => {
  const browser = useChromium('--host-resolver-rules=MAP *.test 127.0.0.1');

  test("on another site can't change or read anything, even if it knows the token", async () => {
    const site = await startServer((_, response) =>
      response.setHeader('Content-Type', 'text/html').end('<!doctype html>'),
    );
    const sandbox = createSandbox({ webhooks: { endpoints: [{ url: 'http://127.0.0.1:9/' }] } });
    onTestFinished(() => sandbox.close());
    const { url: api } = await sandbox.listen();
    const page = await browser().newPage();
    await page.goto(`http://evil.test:${new URL(site.url).port}`);
    const attempts = await page.evaluate(attack, { api, token: sandbox.apiToken });
    expect(attempts).toMatchObject({ create: 'failed', read: 'failed', frame: 'failed', events: 'error' });
    // Its requests don't fill up the log either.
    expect([sandbox.state.users.list(), sandbox.webhooks.deliveries, sandbox.requests]).toEqual([[], [], []]);
  });
});
