import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';
import { end, mayTest, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';
import { hasChromium, launch } from './use-chromium.ts';

interface Page {
  readonly goto: (url: string) => Promise<unknown>;
  /** Evaluates an expression in the page, awaits it there, and returns its JSON value. */
  readonly evaluate: (expression: string) => Promise<unknown>;
}

/** One page in its own browser. */
export interface Tab extends Page, AsyncDisposable {}

/** After this time, a browser is ended, whatever it is doing. */
const timeLimit = 300_000;

const [firefoxPath, webKitDriverPath, xvfbPath] = ['/usr/bin/firefox-esr', '/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb'];

/** A browser engine, named as in docs/compatibility.md, and the Debian packages that provide it. */
const engine = (name: string, packages: string, isInstalled: boolean, openPage: Parameters<typeof openTab>[0]) => ({
  ...{ name, isInstalled: mayTest(isInstalled, name, packages) },
  open: () => openTab(openPage),
});

// No driver supports all three: Playwright needs its own Firefox and WebKit; Debian has no geckodriver, and its WebKit
// no BiDi. So Chromium uses Playwright, and the others get two commands of the protocol that each has built in.
export const browserEngines = [
  engine('Chromium', 'chromium', hasChromium, async (resources) => {
    const browser = resources.adopt(await launch(), (launched) => launched.close());
    const page = await browser.newPage();
    return { goto: (url) => page.goto(url), evaluate: (expression) => page.evaluate(expression) };
  }),
  engine('Firefox', 'firefox-esr', existsSync(firefoxPath), openFirefox),
  engine('WebKit', 'webkit2gtk-driver xvfb', existsSync(webKitDriverPath) && existsSync(xvfbPath), openWebKit),
];

/** Waits until an expression in the page is true, even while the page loads another one. */
export async function waitFor(tab: Tab, expression: string): Promise<void> {
  const isTrue = () => tab.evaluate(`Boolean(${expression})`).catch(() => false);
  await expect.poll(isTrue, { timeout: 30_000, message: expression }).toBe(true);
}

/** Opens a page with a home folder and other resources, which end with it, or at once if it can't be opened. */
async function openTab(open: (resources: AsyncDisposableStack, home: string) => Promise<Page>): Promise<Tab> {
  await using resources = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'browser-'));
  resources.defer(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  const page = await open(resources, home);
  const owned = resources.move();
  return { ...page, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function openFirefox(resources: AsyncDisposableStack, home: string): Promise<Page> {
  const port = String(await freePort());
  const args = ['--headless', '--no-remote', '--profile', home, '--remote-debugging-port', port, 'about:blank'];
  // As root, Firefox refuses a home that belongs to another user, which a CI container may have.
  const program = startProgram(resources, firefoxPath, args, { HOME: home });
  await ready(program, () => fetch(`http://127.0.0.1:${port}`));
  const socket = new WebSocket(`ws://127.0.0.1:${port}/session`);
  await once(socket, 'open');

  /** Sends one WebDriver BiDi command at a time, and returns its result. Without subscriptions, nothing else comes. */
  const command = async (method: string, params: object): Promise<BiDiResult> => {
    socket.send(JSON.stringify({ id: 1, method, params }));
    const [{ data }] = (await once(socket, 'message')) as [MessageEvent<string>];
    const { result, message } = JSON.parse(data) as { result: BiDiResult; message?: string };
    if (message !== undefined) throw new Error(`${method}: ${message}`);
    return result;
  };
  await command('session.new', { capabilities: {} });
  resources.defer(async () => void (await command('browser.close', {})));
  const context = (await command('browsingContext.getTree', {})).contexts?.[0]?.context;
  return {
    goto: (url) => command('browsingContext.navigate', { context, url, wait: 'complete' }),
    async evaluate(value) {
      const expression = `(async () => JSON.stringify(await (${value})))()`;
      const parameters = { expression, target: { context }, awaitPromise: true };
      const { result, exceptionDetails } = await command('script.evaluate', parameters);
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result?.value && (JSON.parse(result.value) as unknown);
    },
  };
}

/** Firefox's results for the commands that are sent here. */
interface BiDiResult {
  readonly contexts?: readonly { readonly context: string }[];
  readonly result?: { readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

async function openWebKit(resources: AsyncDisposableStack, home: string): Promise<Page> {
  const xvfb = startProgram(resources, xvfbPath, ['-displayfd', '3', '-screen', '0', '1280x800x24']);
  // `startProgram` makes this stream a pipe for reading.
  const [display] = await once(xvfb.stdio[3] as Readable, 'data');
  const environment = { HOME: home, XDG_RUNTIME_DIR: home, DISPLAY: `:${String(display).trim()}` };
  const port = await freePort();
  const program = startProgram(resources, webKitDriverPath, ['--host=127.0.0.1', `--port=${port}`], environment);
  const server = `http://127.0.0.1:${port}`;
  await ready(program, () => fetch(`${server}/status`));

  /** Sends a WebDriver command, and returns its value. */
  const command = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(server + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const timeouts = { script: timeLimit, pageLoad: timeLimit };
  const capabilities = { alwaysMatch: { browserName: 'MiniBrowser', timeouts } };
  const { sessionId } = (await command('/session', { capabilities })) as { sessionId: string }; // The protocol says so.
  const session = `/session/${sessionId}`;
  resources.defer(async () => void (await fetch(server + session, { method: 'DELETE' })));
  const evaluate = (value: string) => command(`${session}/execute/sync`, { script: `return ${value}`, args: [] });
  return {
    async goto(url) {
      await command(`${session}/url`, { url });
      // The command may return before the page's scripts have run.
      while ((await evaluate('document.readyState')) !== 'complete');
    },
    evaluate,
  };
}

/** Starts a program whose only output is its fourth stream. It ends with the resources, or at the time limit. */
function startProgram(
  resources: AsyncDisposableStack,
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
) {
  const env = { PATH: process.env['PATH'], ...environment };
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as ('ignore' | 'pipe')[]; // Not `string[]`.
  return resources.adopt(start(path, args, { env, stdio, timeout: timeLimit, killSignal: 'SIGKILL' }), end);
}
