import type { Browser } from 'playwright-core';

export interface Device {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  /** How many times slower the processor is made. */
  readonly slowdown: number;
  /** Bits per second, and milliseconds. */
  readonly network?: { readonly speed: number; readonly latency: number };
}

/** The phone is what Lighthouse takes: a processor four times slower, on slow 4G. */
export const devices: readonly Device[] = [
  { name: 'desktop', viewport: { width: 1280, height: 900 }, slowdown: 1 },
  {
    name: 'phone',
    viewport: { width: 390, height: 844 },
    slowdown: 4,
    network: { speed: 1_600_000, latency: 150 },
  },
];

/** One page of each kind, by its address below the site's base. */
export const pages: Readonly<Record<string, string>> = {
  'home page': '',
  'a guide': 'guides/rate-limits/',
  'API reference': 'api/example/sdk/classes/client/',
  playground: 'playground/',
};

export interface Load {
  readonly requests: number;
  /** Bytes of all bodies, compressed. */
  readonly weight: number;
  /** Largest contentful paint, in milliseconds. */
  readonly painted: number;
  /** From the start until the last task over 50 ms ended, and at the earliest until the page was painted and its scripts ran. */
  readonly interactive: number;
  /** Milliseconds by which tasks were longer than 50 ms. */
  readonly blocked: number;
}

/** Loads a page in a new context, with nothing cached, and waits until it is idle. */
export async function load(browser: Browser, url: string, { viewport, slowdown, network }: Device): Promise<Load> {
  const context = await browser.newContext({ viewport, serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    if (network !== undefined) {
      const bytes = network.speed / 8;
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: network.latency,
        downloadThroughput: bytes,
        uploadThroughput: bytes,
      });
    }
    await page.addInitScript(observe);
    await page.goto(url, { waitUntil: 'networkidle', timeout: 60_000 });
    return await page.evaluate(figures);
  } finally {
    await context.close();
  }
}

declare global {
  var observed: { tasks: { end: number; duration: number }[]; painted: number };
}

/** Runs in the page, before its own scripts. */
function observe(): void {
  globalThis.observed = { tasks: [], painted: 0 };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      observed.tasks.push({ end: startTime + duration, duration });
    }
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    observed.painted = list.getEntries().at(-1)?.startTime ?? 0;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
}

/** Runs in the page, once it is idle. */
function figures(): Load {
  // The types of the entries that have these names.
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  if (navigation === undefined) throw new Error('The page was not navigated to.');
  const all = [navigation, ...resources];
  return {
    requests: all.length,
    weight: all.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    painted: observed.painted,
    interactive: Math.max(
      observed.painted,
      navigation.domContentLoadedEventEnd,
      ...observed.tasks.map(({ end }) => end),
    ),
    blocked: observed.tasks.reduce((sum, { duration }) => sum + duration - 50, 0),
  };
}
