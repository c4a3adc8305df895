import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox, type ListenOptions, type Sandbox, type SandboxServer } from '@example/sandbox';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launch } from '../../test/support/chromium.ts';
import { receiver } from './support/receiver.ts';
import { testsInBrowser } from './support/dashboard-browser.ts';

/** What a page can do to a sandbox whose address and token it knows. Each entry is how that ended. */
type Attempts = Readonly<
  Record<'create' | 'read' | 'post' | 'control' | 'form' | 'frame' | 'events' | 'socket', string>
>;

/** Runs in the page. */
async function attack({ api, token }: { api: string; token: string }): Promise<Attempts> {
  const origin = new URL(api).origin;
  const ended = (work: Promise<Response>) =>
    work.then(
      ({ status }) => String(status),
      () => 'failed',
    );
  const json = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const body = JSON.stringify({
    name: 'Eve',
    email: `${String(Math.random())}@evil.test`,
    password: 'secure_password',
  });
  const first = (target: EventTarget, ...names: string[]) =>
    new Promise<string>((resolve) => {
      for (const name of names) target.addEventListener(name, () => resolve(name));
    });

  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: `${origin}/dashboard/users`, target: 'result' });
  form.innerHTML =
    '<input name="name" value="Eve"><input name="email" value="eve@evil.test"><input name="action" value="create">';
  const result = Object.assign(document.createElement('iframe'), { name: 'result' });
  document.body.append(form, result);
  const submitted = first(result, 'load');
  form.submit();

  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  const message = first(window, 'message');
  let told = '';
  window.addEventListener('message', ({ data }) => (told = String(data)));
  frame.srcdoc = `<script>fetch('${api}/users', ${JSON.stringify({ method: 'POST', headers: json, body })})
    .then(({ status }) => status, () => 'failed').then((end) => parent.postMessage(end, '*'))</script>`;
  document.body.append(frame);

  const image = Object.assign(new Image(), { src: `${api}/projects` });
  document.body.append(image);

  const outcome = {
    create: await ended(fetch(`${api}/users`, { method: 'POST', headers: json, body })),
    read: await ended(fetch(`${api}/projects`, { headers: json })),
    post: await ended(fetch(`${api}/users`, { method: 'POST', mode: 'no-cors', body: 'token'.repeat(25_000) })),
    control: await ended(fetch(`${origin}/__sandbox/users`, { method: 'POST', mode: 'no-cors', body: '{}' })),
    events: await first(new EventSource(`${origin}/dashboard/events`), 'open', 'error'),
    socket: await first(new WebSocket(`${api.replace('http', 'ws')}/projects`), 'open', 'error'),
  };
  await message;
  return { ...outcome, form: await submitted, frame: told };
}

describe.runIf(testsInBrowser)('a page in Chromium', () => {
  let browser: Browser;
  let pages: ReturnType<typeof createServer>;
  let events: Awaited<ReturnType<typeof receiver>>;
  const open = new Set<Sandbox>();

  beforeAll(async () => {
    browser = await launch('--host-resolver-rules=MAP *.test 127.0.0.1');
    pages = createServer((_, response) =>
      response.setHeader('Content-Type', 'text/html').end('<!doctype html>'),
    ).listen(0);
    await once(pages, 'listening');
    events = await receiver([204]);
  });
  afterEach(async () => {
    await Promise.all([...open].map((sandbox) => sandbox.close()));
    open.clear();
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
    await events.close();
  });

  const originOf = (host: string) => `http://${host}:${(pages.address() as AddressInfo).port}`;

  async function visit(
    url: string,
    options: ListenOptions = {},
  ): Promise<{ sandbox: Sandbox; server: SandboxServer; page: Page }> {
    // The token that everyone knew.
    const sandbox = createSandbox({ apiToken: 'sandbox_token', webhooks: { endpoints: [{ url: events.url }] } });
    open.add(sandbox);
    const server = await sandbox.listen(options);
    const page = await browser.newPage();
    await page.goto(url.replace('PORT', String(server.port)));
    return { sandbox, server, page };
  }

  test('of another site changes nothing and reads nothing, even if it knows the token', async () => {
    const { sandbox, server, page } = await visit(originOf('evil.test'));
    const attempts = await page.evaluate(attack, { api: server.url, token: sandbox.apiToken });
    expect(attempts).toMatchObject({
      create: 'failed',
      read: 'failed',
      frame: 'failed',
      events: 'error',
      socket: 'error',
    });
    await sandbox.webhooks.flush();
    expect([sandbox.state.users.list(), sandbox.webhooks.deliveries, events.received]).toEqual([[], [], []]);
    // Its requests don't fill the log either.
    expect(sandbox.requests).toEqual([]);
    expect((await fetch(`${server.url}/projects`, { headers: { Authorization: 'Bearer sandbox_token' } })).status).toBe(
      200,
    );
  });

  test('whose name was rebound to this machine does not get there', async () => {
    for (const options of [{}, { host: '0.0.0.0' }]) {
      const { sandbox, server, page } = await visit('http://evil.test:PORT/dashboard', options);
      expect(await page.textContent('body')).toContain('misdirected_request');
      const api = `http://evil.test:${server.port}/v1`;
      const { create, read, events: stream } = await page.evaluate(attack, { api, token: sandbox.apiToken });
      expect([create, read, stream]).toEqual(['421', '421', 'error']);
      expect([sandbox.state.users.list(), sandbox.requests]).toEqual([[], []]);
    }
  });

  test('of this machine, or of an origin that is allowed, uses the API, but not the dashboard', async () => {
    const allowed = originOf('app.test');
    for (const [url, options] of [
      [originOf('localhost'), {}],
      [allowed, { cors: [allowed] }],
    ] as const) {
      const { sandbox, server, page } = await visit(url, options);
      const { create, read, frame } = await page.evaluate(attack, { api: server.url, token: sandbox.apiToken });
      expect([create, read, frame]).toEqual(['201', '200', 'failed']);
      expect(sandbox.state.users.list().map(({ name }) => name)).toEqual(['Eve']);
      await sandbox.webhooks.flush();
    }
  });

  test('can link to the dashboard, which works', async () => {
    const { sandbox, server, page } = await visit(originOf('evil.test'));
    await page.setContent(`<a href="${new URL('/dashboard/users', server.url).href}">Dashboard</a>`);
    await page.getByText('Dashboard').click();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByLabel('Email', { exact: true }).fill('ada@example.com');
    await page.locator('button[value=create]').click();
    await expect.poll(() => sandbox.state.users.list().map(({ name }) => name)).toEqual(['Ada']);
  });
});
