import { beforeEach, expect, it, vi } from 'vitest';
import { DemonstrationRun, type Environment } from '../../site/src/demonstrations/run.ts';
import { demonstrations } from '../../site/src/demonstrations/catalog.ts';
import { holdingTime, settled, useVirtualTime } from '../support/virtual-time.ts';

// What is asserted here was measured by the run. These are the same demonstrations that the page runs.

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
  const holding: Environment['holding'] = (fetch) => {
    const held = holdingTime((url, init) => fetch(url, init));
    // Tests and pages have different types for what is the same at run time.
    return held as unknown as typeof globalThis.fetch;
  };
  const running = new DemonstrationRun(demonstration, { now: () => performance.now(), holding });
  vi.stubGlobal('fetch', running.fetch);
  await settled(running.run());

  const views = running.runs.map((run) => demonstration.view(run));
  return {
    running,
    views,
    texts: Object.fromEntries(
      running.runs.map(({ name }, index) => [
        name,
        Object.fromEntries(demonstration.measures.map((measure, at) => [measure, views[index]!.figures[at]!.text])),
      ]),
    ),
  };
}

const secondsOf = (text = '') => Number(/^([\d.]+) s$/.exec(text)?.[1]);

it('makes 300 calls at once: the SDK is refused nothing, fetch and ky are refused 300 times', async () => {
  const { texts, views } = await run('calls-at-once');

  // Two windows have to end. Their `reset` is a whole second, and the server's `Date` is, too.
  expect(texts).toEqual({
    '@example/sdk': { Answered: '300', Failed: '0', 'Refused requests': '0', Time: '122 s' },
    'fetch, by hand': { Answered: '300', Failed: '0', 'Refused requests': '300', Time: '120 s' },
    ky: { Answered: '300', Failed: '0', 'Refused requests': '300', Time: '120 s' },
  });
  expect(views[1]?.figures.map(({ isBad }) => isBad)).toEqual([false, false, true, false]);
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

it('loses the answer to a POST: only a retry with a new body creates two users', async () => {
  const { running, texts } = await run('lost-answer');

  const got = Object.entries(texts).map(([name, { Users, Requests, ...rest }]) => [
    name,
    Users,
    Requests,
    ...Object.values(rest),
  ]);
  expect(got).toEqual([
    ['@example/sdk', '1', '1', expect.stringMatching(/^ConnectionError: /)],
    ['@example/sdk, idempotency key', '1', '2', 'the user user_123'],
    ['fetch, by hand', '1', '2', 'Error: POST /users: 409'],
    ['fetch, new body per attempt', '2', '2', 'the user user_124'],
    ['ky', '1', '1', expect.stringMatching(/^NetworkError: /)],
    ['ky, POST retried', '1', '2', expect.stringMatching(/^HTTPError: .* 409/)],
  ]);

  // Each client is led to its own API, and nowhere else.
  await expect(running.fetch('https://example.org/elsewhere')).rejects.toThrow('Nothing answers at');
  expect(new Set(running.runs.map(({ access }) => access.apiToken)).size).toBe(6);
});

it('calls an API that is down: the SDK adds a fifteenth to the load, others multiply it', async () => {
  const { texts, views } = await run('outage');
  const { 'ky, 5 retries with jitter': withJitter, ...others } = texts;

  // 300 calls, and the twenty retries that the budget has.
  expect(others).toMatchObject({
    '@example/sdk': { 'Failed calls': '300', 'Requests while down': '320', 'Answered after it': '150 of 150' },
    'fetch, by hand': {
      'Failed calls': '228',
      'Requests while down': '1086',
      'Wait for an error': '7.20 s',
      'Slowest answer': '7.20 s',
      'Answered after it': '150 of 150',
    },
    ky: {
      'Failed calls': '290',
      'Requests while down': '886',
      'Wait for an error': '1.05 s',
      'Slowest answer': '1.05 s',
      'Answered after it': '150 of 150',
    },
  });
  // These depend on random delays.
  expect(secondsOf(texts['@example/sdk']?.['Wait for an error'])).toBeLessThan(0.6);
  expect(secondsOf(texts['@example/sdk']?.['Slowest answer'])).toBeLessThan(2);
  expect(Number(withJitter?.['Failed calls'])).toBeGreaterThan(220);
  expect(Number(withJitter?.['Failed calls'])).toBeLessThan(280);
  expect(Number(withJitter?.['Requests while down'])).toBeGreaterThan(1600);
  expect(secondsOf(withJitter?.['Wait for an error'])).toBeGreaterThan(4);
  expect(withJitter).toMatchObject({ 'Answered after it': '150 of 150' });
  // The SDK saves none of the calls that are made while the API is down, and the table says so.
  expect(views.map(({ figures: [failed] }) => failed?.isBad)).toEqual([true, true, true, true]);
});

it('calls an API that answers 503: ky waits for the next window, and all of its calls are answered late', async () => {
  const { texts, views } = await run('unavailable');

  expect(texts).toMatchObject({
    '@example/sdk': { 'Failed calls': '300', 'Requests while down': '320' },
    'fetch, by hand': { 'Failed calls': '228', 'Requests while down': '1086', 'Wait for an error': '7.20 s' },
  });
  for (const name of ['ky', 'ky, 5 retries with jitter']) {
    expect(texts[name]).toMatchObject({
      'Failed calls': '0',
      'Requests while down': '300',
      'Wait for an error': '–',
      'Answered after it': '150 of 150',
    });
    expect(secondsOf(texts[name]?.['Slowest answer'])).toBeGreaterThan(40);
  }
  expect(views[2]?.figures.map(({ isBad = false }) => isBad)).toEqual([false, false, false, true, false]);
});

it('runs a batch beside users: only with the SDK, none of them waits', async () => {
  const { texts } = await run('interactive-call');

  const others = {
    'Median wait': '12.2 s',
    'Longest wait': '54.2 s',
    Failed: '0',
    'Refused requests': '57',
    'Batch done': '240 s',
  };
  expect(texts).toEqual({
    '@example/sdk': {
      'Median wait': '0.10 s',
      'Longest wait': '0.10 s',
      Failed: '0',
      'Refused requests': '0',
      'Batch done': '241 s',
    },
    'fetch, by hand': others,
    ky: others,
  });
});

// The time of a client that gives up is not the time of the job.
it.each([
  ['calls-at-once', ['Time']],
  ['interactive-call', ['Median wait', 'Longest wait', 'Batch done']],
])('shows no time of %s where calls failed', (name, heads) => {
  const { measures, view } = demonstrations[name]!;
  const running = new DemonstrationRun(demonstrations[name]!, { now: () => 0, holding: (fetch) => fetch });
  const run = running.runs[0]!;
  const call = { made: 0, settled: 1000, outcome: 'failed', error: undefined } as const;
  run.calls.push({ ...call, kind: 'call' }, { ...call, kind: 'interactive' }, { ...call, kind: 'batch' });

  const { figures } = view(run);
  expect(heads.map((head) => figures[measures.indexOf(head)]?.text)).toEqual(heads.map(() => '–'));
});
