import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { mayTest } from './child-process.ts';
import { hasChromium, launch } from './chromium.ts';

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
