import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { mayTest } from './child-process.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether there is a Chromium: Debian's package `chromium`, or the path in the variable CHROMIUM. */
export const hasChromium = existsSync(executablePath);

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** @param more Further arguments for Chromium. */
export const launch = (...more: readonly string[]) => chromium.launch({ executablePath, args: [...flags, ...more] });

/** As `describe`, for tests in Chromium. They are skipped if there is none, except in CI. */
export const describeInChromium = describe.runIf(mayTest(hasChromium, 'Chromium', 'chromium'));

/** Starts a Chromium for the tests of a file or a group. `args` are further arguments for it. */
export function useChromium(...args: readonly string[]): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(...args);
  });
  afterAll(() => browser.close());
  return () => browser;
}
