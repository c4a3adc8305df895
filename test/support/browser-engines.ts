import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect } from 'vitest';
import { hasChromium, launch } from './chromium.ts';
import { end, mayTest, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';

/** One page in a browser of its own. */
export interface Tab extends AsyncDisposable {
  readonly goto: (url: string) => Promise<unknown>;
  /** The value of an expression in the page, awaited there, as JSON can carry it. */
  readonly evaluate: (expression: string) => Promise<unknown>;
}

export interface BrowserEngine {
  /** As docs/compatibility.md names it. */
  readonly name: 'Chromium' | 'Firefox' | 'WebKit';
  /** The packages of Debian that bring it. */
  readonly packages: readonly string[];
  readonly isInstalled: boolean;
  readonly open: () => Promise<Tab>;
}

/** After this time a browser is ended, whatever it is doing. */
const timeLimit = 300_000;

// No driver reaches all three: Playwright wants its own builds of Firefox and WebKit, Debian has no geckodriver, and its WebKit
// no WebDriver BiDi. So Chromium has Playwright, and a tab of the others is two commands of the protocol that each has built in.
const chromium: BrowserEngine = {
  name: 'Chromium',
  packages: ['chromium'],
  isInstalled: hasChromium,
  async open() {
    const browser = await launch();
    const page = await browser.newPage();
    return {
      goto: (url) => page.goto(url),
      evaluate: (expression) => page.evaluate(expression),
      [Symbol.asyncDispose]: () => browser.close(),
    };
  },
};

const firefoxPath = '/usr/bin/firefox-esr';
const firefox: BrowserEngine = {
  name: 'Firefox',
  packages: ['firefox-esr'],
  isInstalled: existsSync(firefoxPath),
  async open() {
    await using resources = new AsyncDisposableStack();
    // As root, Firefox refuses the home of anyone else, which a container in CI may have.
    const home = await temporaryHome(resources);
    const port = String(await freePort());
    const args = ['--headless', '--no-remote', '--profile', home, '--remote-debugging-port', port, 'about:blank'];
    const program = startProgram(resources, firefoxPath, args, { HOME: home });
    await ready(program, () => fetch(`http://127.0.0.1:${port}`));
    const socket = new WebSocket(`ws://127.0.0.1:${port}/session`);
    await once(socket, 'open');
    await webDriverBiDi(socket, 'session.new', { capabilities: {} });
    resources.defer(async () => void (await webDriverBiDi(socket, 'browser.close', {})));
    const { contexts } = await webDriverBiDi(socket, 'browsingContext.getTree', {});
    const context = contexts?.[0]?.context;
    const owned = resources.move();
    return {
      goto: (url) => webDriverBiDi(socket, 'browsingContext.navigate', { context, url, wait: 'complete' }),
      async evaluate(value) {
        const expression = `(async () => JSON.stringify(await (${value})))()`;
        const parameters = { expression, target: { context }, awaitPromise: true };
        const { result, exceptionDetails } = await webDriverBiDi(socket, 'script.evaluate', parameters);
        if (exceptionDetails) throw new Error(exceptionDetails.text);
        return result?.value && (JSON.parse(result.value) as unknown);
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

const [webKitDriverPath, xvfbPath] = ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb'];
const webKit: BrowserEngine = {
  name: 'WebKit',
  packages: ['webkit2gtk-driver', 'xvfb'],
  isInstalled: existsSync(webKitDriverPath) && existsSync(xvfbPath),
  async open() {
    await using resources = new AsyncDisposableStack();
    const home = await temporaryHome(resources);
    const xvfb = startProgram(resources, xvfbPath, ['-displayfd', '3', '-screen', '0', '1280x800x24']);
    // It is a pipe for reading, as `startProgram` says.
    const [display] = await once(xvfb.stdio[3] as Readable, 'data');
    const environment = { HOME: home, XDG_RUNTIME_DIR: home, DISPLAY: `:${String(display).trim()}` };
    const port = await freePort();
    const program = startProgram(resources, webKitDriverPath, ['--host=127.0.0.1', `--port=${port}`], environment);
    const server = `http://127.0.0.1:${port}`;
    await ready(program, () => fetch(`${server}/status`));
    const timeouts = { script: timeLimit, pageLoad: timeLimit };
    const capabilities = { alwaysMatch: { browserName: 'MiniBrowser', timeouts } };
    const { sessionId } = await webDriver<{ sessionId: string }>(`${server}/session`, { capabilities });
    const session = `${server}/session/${sessionId}`;
    resources.defer(async () => void (await fetch(session, { method: 'DELETE' })));
    const evaluate = (value: string) =>
      webDriver<unknown>(`${session}/execute/sync`, { script: `return ${value}`, args: [] });
    const owned = resources.move();
    return {
      async goto(url) {
        await webDriver<unknown>(`${session}/url`, { url });
        // It may return before the scripts of the page have run.
        while ((await evaluate('document.readyState')) !== 'complete');
      },
      evaluate,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

export const browserEngines: readonly BrowserEngine[] = [chromium, firefox, webKit];

/** Describes each browser engine that is installed. In CI, one that is missing is a failure; elsewhere, the tests say so. */
export function describeEachBrowserEngine(subject: string, tests: (engine: BrowserEngine) => void): void {
  for (const engine of browserEngines) {
    const { isInstalled, name, packages } = engine;
    describe.runIf(mayTest(isInstalled, name, packages.join(' ')))(`${subject} in ${name}`, () => tests(engine));
  }
}

/** Waits until an expression in the page is true, also while the page loads another one. */
export async function waitFor(tab: Tab, expression: string): Promise<void> {
  const isTrue = () => tab.evaluate(`Boolean(${expression})`).catch(() => false);
  await expect.poll(isTrue, { timeout: 30_000, message: expression }).toBe(true);
}

/** Sends a command of WebDriver, and gives its value, of whose type the caller is sure. */
async function webDriver<T>(url: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const { value } = (await response.json()) as { value: T };
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(value)}`);
  return value;
}

/** What Firefox answers the commands of WebDriver BiDi that are sent here. */
interface BiDiResult {
  readonly contexts?: readonly { readonly context: string }[];
  readonly result?: { readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

/** Sends a command of WebDriver BiDi, one at a time, and gives its result. Without subscriptions, nothing else comes in. */
async function webDriverBiDi(socket: WebSocket, method: string, params: object): Promise<BiDiResult> {
  socket.send(JSON.stringify({ id: 1, method, params }));
  const [{ data }] = (await once(socket, 'message')) as [MessageEvent<string>];
  const { result, message } = JSON.parse(data) as { result: BiDiResult; message?: string };
  if (message !== undefined) throw new Error(`${method}: ${message}`);
  return result;
}

async function temporaryHome(resources: AsyncDisposableStack): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'browser-'));
  resources.defer(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  return home;
}

/** Starts a program without output but its fourth stream. It ends with the resources, or at the time limit. */
function startProgram(
  resources: AsyncDisposableStack,
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
) {
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const;
  const env = { PATH: process.env['PATH'], ...environment };
  const child = start(path, args, { env, stdio: [...stdio], timeout: timeLimit, killSignal: 'SIGKILL' });
  resources.defer(() => end(child));
  return child;
}
