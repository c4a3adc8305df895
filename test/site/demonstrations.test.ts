import { beforeEach, expect, it, vi } from 'vitest';
import { Contest, type Stage } from '../../site/src/demonstrations/contest.ts';
import { demonstrations } from '../../site/src/demonstrations/demonstrations.ts';
import { holdingTime, settled, useVirtualTime } from '../support/virtual-time.ts';

// What is asserted here was measured by the contest. These are the same demonstrations that the page runs.

beforeEach(() => {
  // The SDK logs that calls wait.
  vi.spyOn(console, 'warn').mockReturnValue();
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  };
});

/** Runs a demonstration. Returns the figures of each client, by the heads of the table. */
async function run(name: string) {
  useVirtualTime();
  const demonstration = demonstrations[name]!;
  const holding: Stage['holding'] = (fetch) => {
    const held = holdingTime((url, init) => fetch(url, init));
    // Tests and pages have different types for what is the same at run time.
    return held as unknown as typeof globalThis.fetch;
  };
  const contest = new Contest(demonstration, { now: () => performance.now(), holding });
  vi.stubGlobal('fetch', contest.fetch);
  await settled(contest.run());

  const views = contest.scenes.map((scene) => demonstration.view(scene));
  const figures = views.map((view) => Object.fromEntries(demonstration.measures.map((m, i) => [m, view.figures[i]!])));
  return {
    contest,
    views,
    texts: Object.fromEntries(
      contest.scenes.map(({ name }, index) => [
        name,
        Object.fromEntries(Object.entries(figures[index]!).map(([measure, { text }]) => [measure, text])),
      ]),
    ),
  };
}

const secondsOf = (text = '') => Number(/^([\d.]+) s$/.exec(text)?.[1]);

it('makes 300 calls at once: the SDK is refused nothing, fetch gives up, ky is refused 300 times', async () => {
  const { texts, views } = await run('calls-at-once');

  expect(texts['@example/sdk']).toMatchObject({ Answered: '300', Failed: '0', 'Refused requests': '0' });
  expect(texts['fetch, by hand']).toMatchObject({ Answered: '100', Failed: '200', 'Refused requests': '800' });
  expect(texts['ky']).toMatchObject({ Answered: '300', Failed: '0', 'Refused requests': '300' });
  // Two windows have to end.
  expect(secondsOf(texts['@example/sdk']?.['Time'])).toBeLessThan(122);
  expect(secondsOf(texts['ky']?.['Time'])).toBeGreaterThan(119);
  expect(views[1]?.cells.filter((cell) => cell === 'bad')).toHaveLength(200);
  expect(views[1]?.figures.map(({ isBad }) => isBad)).toEqual([false, true, true, false]);
});

it('reads a list that changes: only the SDK loses nothing and repeats nothing', async () => {
  const { texts, views } = await run('moving-list');

  expect(texts['@example/sdk']).toEqual({ Read: '594', Lost: '0', 'Read again': '0', Requests: '7' });
  for (const name of ['fetch, by hand', 'ky']) {
    expect(texts[name]).toEqual({ Read: '591', Lost: '4', 'Read again': '9', Requests: '6' });
  }
  expect(views[0]?.cells).toHaveLength(600);
  expect(new Set(views[0]?.cells)).toEqual(new Set(['good', 'gone']));
  expect(new Set(views[1]?.cells)).toEqual(new Set(['good', 'gone', 'bad', 'warning']));
});

it('loses the answer to a POST: only the hand-written retry creates two users', async () => {
  const { texts } = await run('lost-answer');

  const got = Object.entries(texts).map(([name, { Users, Requests, ...rest }]) => [
    name,
    Users,
    Requests,
    ...Object.values(rest),
  ]);
  expect(got).toEqual([
    ['@example/sdk', '1', '1', expect.stringMatching(/^ConnectionError: /)],
    ['@example/sdk, idempotency key', '1', '2', 'the user user_123'],
    ['fetch, by hand', '2', '2', 'the user user_124'],
    ['ky', '1', '1', expect.stringMatching(/^NetworkError: /)],
    ['ky, POST retried', '1', '2', expect.stringMatching(/^HTTPError: .* 409/)],
  ]);
});

it('calls an API that is down: the SDK adds a sixth to the load, others multiply it', async () => {
  const { texts } = await run('outage');

  const requests = (name: string) => Number(texts[name]?.['Requests while down']);
  // 300 calls, and the fifty retries that the budget has.
  expect(requests('@example/sdk')).toBeGreaterThan(300);
  expect(requests('@example/sdk')).toBeLessThanOrEqual(352);
  expect(requests('fetch, by hand')).toBeGreaterThan(1000);
  expect(requests('ky')).toBeGreaterThan(850);
  expect(requests('ky, 5 retries with jitter')).toBeGreaterThan(1500);
  for (const figures of Object.values(texts)) {
    // Nobody gets answers from an API that is down, and all of them once it is back.
    expect(Number(figures['Failed calls'])).toBeGreaterThan(200);
    const [, answered, calls] = /^(\d+) of (\d+)$/.exec(figures['Answered after it'] ?? '') ?? [];
    expect(answered).toBe(calls);
  }
  expect(secondsOf(texts['@example/sdk']?.['Wait for an error'])).toBeLessThan(1);
  expect(secondsOf(texts['fetch, by hand']?.['Wait for an error'])).toBeGreaterThan(7);
});

it('runs a batch beside users: only with the SDK, none of them waits', async () => {
  const { texts } = await run('interactive-call');

  expect(texts['@example/sdk']).toMatchObject({ 'Median wait': '0.10 s', Failed: '0', 'Refused requests': '0' });
  expect(secondsOf(texts['@example/sdk']?.['Longest wait'])).toBeLessThan(1);
  expect(Number(texts['fetch, by hand']?.['Failed'])).toBeGreaterThan(100);
  expect(secondsOf(texts['ky']?.['Longest wait'])).toBeGreaterThan(30);
  expect(Number(texts['ky']?.['Refused requests'])).toBeGreaterThan(40);
});

it('leads each client to its own API, and nowhere else', async () => {
  const { contest } = await run('lost-answer');

  await expect(contest.fetch('https://example.org/elsewhere')).rejects.toThrow('Nothing answers at');
  expect(new Set(contest.scenes.map(({ access }) => access.apiToken)).size).toBe(5);
});
