import { createSandbox, type Sandbox, type SandboxOptions, type SandboxServer } from '@example/sandbox';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import { freePort } from '../../../test/support/free-port.ts';
import { useChromium } from '../../../test/support/use-chromium.ts';

/** A dashboard in a browser. */
export interface OpenDashboard {
  readonly sandbox: Sandbox;
  readonly server: SandboxServer;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Sends a request over HTTP. */
  send(path?: string, init?: { token?: string; method?: string; json?: unknown }): Promise<Response>;
  /** Expects the errors that the page has reported so far, such as a 422 that the test caused. */
  expectProblems(pattern: RegExp): void;
}

/** Opens dashboards for a test file. A test fails if its page reports a script error or a violated security policy. */
export function dashboards(): (
  options?: SandboxOptions,
  browserOptions?: BrowserContextOptions,
) => Promise<OpenDashboard> {
  const browser = useChromium();
  const opened: { sandbox: Sandbox; context: BrowserContext }[] = [];
  let problems: string[] = [];

  afterEach(async () => {
    for (const { sandbox, context } of opened.splice(0)) {
      await context.close();
      await sandbox.close();
    }
    expect(problems.splice(0)).toEqual([]);
  });

  return async (options = {}, browserOptions = {}) => {
    const sandbox = createSandbox(options);
    // Another sandbox can take its place on this port.
    const server = await sandbox.listen(await freePort());
    const context = await browser().newContext({
      baseURL: new URL(server.url).origin,
      viewport: { width: 1280, height: 800 },
      timezoneId: 'Europe/Berlin',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...browserOptions,
    });
    opened.push({ sandbox, context });
    context.on('weberror', (error) => problems.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    return {
      sandbox,
      server,
      context,
      page: await context.newPage(),
      send: (path = '/projects?per_page=1', { token = sandbox.apiToken, method = 'GET', json } = {}) =>
        fetch(`${server.url}${path}`, {
          method,
          headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        }),
      expectProblems: (pattern) => {
        problems = problems.filter((problem) => !pattern.test(problem));
      },
    };
  };
}

/** Waits until the page is connected to the server's events. */
export async function isLive(page: Page): Promise<void> {
  await page.locator('#connection[data-state="connected"]').waitFor();
}
