import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { launch as launchPuppeteer } from 'puppeteer-core';
import { Builder } from 'selenium-webdriver';
import { describe, expect } from 'vitest';
import { hasChromium, launch as launchChromium } from './chromium.ts';
import { end, mayTest, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';

/** One page in a browser of its own. */
export interface Tab extends AsyncDisposable {
  readonly goto: (url: string) => Promise<void>;
  /** The value of an expression in the page, awaited there. */
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

const chromium: BrowserEngine = {
  name: 'Chromium',
  packages: ['chromium'],
  isInstalled: hasChromium,
  async open() {
    const browser = await launchChromium();
    return tabOf(await browser.newPage(), () => browser.close());
  },
};

const firefoxPath = '/usr/bin/firefox-esr';
const firefox: BrowserEngine = {
  name: 'Firefox',
  packages: ['firefox-esr'],
  isInstalled: existsSync(firefoxPath),
  async open() {
    await using resources = new AsyncDisposableStack();
    const browser = await launchPuppeteer({
      browser: 'firefox',
      executablePath: firefoxPath,
      // As root, Firefox refuses the home of anyone else, which a container in CI may have.
      env: { PATH: process.env['PATH'], HOME: await temporaryHome(resources) },
      timeout: timeLimit,
      protocolTimeout: timeLimit,
    });
    resources.defer(() => browser.close());
    const page = await browser.newPage();
    const owned = resources.move();
    return tabOf(page, () => owned.disposeAsync());
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
    const display = await startDisplay(resources);
    const port = await freePort();
    const environment = { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home, DISPLAY: display };
    const program = startProgram(resources, webKitDriverPath, ['--host=127.0.0.1', `--port=${port}`], environment);
    const server = `http://127.0.0.1:${port}`;
    await ready(program, () => fetch(`${server}/status`));
    const driver = await new Builder()
      .disableEnvironmentOverrides()
      .usingServer(server)
      .withCapabilities({ browserName: 'MiniBrowser' })
      .build();
    resources.defer(() => driver.quit());
    await driver.manage().setTimeouts({ script: timeLimit, pageLoad: timeLimit });
    const owned = resources.move();
    const evaluate = (expression: string) => driver.executeScript(`return ${expression}`);
    return {
      async goto(url) {
        await driver.get(url);
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

/** That of a page of Playwright or Puppeteer. */
function tabOf(page: Pick<Tab, 'evaluate'> & { goto(url: string): Promise<unknown> }, close: () => Promise<void>): Tab {
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (expression) => page.evaluate(expression),
    [Symbol.asyncDispose]: close,
  };
}

async function temporaryHome(resources: AsyncDisposableStack): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'browser-'));
  resources.defer(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  return home;
}

/** Starts an X server on a display that is free. */
async function startDisplay(resources: AsyncDisposableStack): Promise<string> {
  const screen = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'];
  const xvfb = startProgram(resources, xvfbPath, screen);
  // It is a pipe for reading, as `startProgram` says.
  const lines = createInterface(xvfb.stdio[3] as Readable);
  const [number] = await once(lines, 'line');
  lines.close();
  return `:${String(number)}`;
}

/** Starts a program without output but its fourth stream. It ends with the resources, or at the time limit. */
function startProgram(
  resources: AsyncDisposableStack,
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
) {
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const;
  const child = start(path, args, { env: environment, stdio: [...stdio], timeout: timeLimit, killSignal: 'SIGKILL' });
  resources.defer(() => end(child));
  return child;
}
