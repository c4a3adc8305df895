import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { mayTest } from './child-process.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether there is a Chromium to test with: Debian's package `chromium`, or what the variable CHROMIUM names. */
export const hasChromium = existsSync(executablePath);

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** @param more Further arguments of Chromium. */
export const launch = (...more: readonly string[]) => chromium.launch({ executablePath, args: [...flags, ...more] });

/** As `describe`, for what is tried in Chromium. Elsewhere than in CI, it is left out if there is none. */
export const describeInChromium = describe.runIf(mayTest(hasChromium, 'Chromium', 'chromium'));

/** Starts a Chromium for the tests of a file or a group. `args` are further arguments of the browser. */
export function useChromium(...args: readonly string[]): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(...args);
  });
  afterAll(() => browser.close());
  return () => browser;
}
