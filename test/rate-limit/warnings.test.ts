import { describe, expect, it, vi } from 'vitest';
import type { ClientOptions } from '@example/sdk';
import { between, documentedApi, failing, faults } from '../support/world/api.ts';
import { bucket, limitedBy, windowApi } from '../support/world/limits.ts';
import type { Api } from '../support/world/network.ts';
import { newBaseUrl, World } from '../support/world/world.ts';

// P7: waiting is visible and true.

/** What is logged while so many calls are made at once, and when, in seconds. */
async function warnings(api: Api, count: number, options: ClientOptions = {}) {
  const lines: { at: number; text: string }[] = [];
  const world = new World({ kind: 'sdk', api });
  const warn = vi.fn((text: string) => lines.push({ at: Math.round(world.clock.now / 1000), text }));
  const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
  const client = world.sdk({ logger, logLevel: 'warn', ...options });
  await world.run(() => world.burst(count, (index) => client.users.get(`user_${index}`)));
  return lines.filter(({ text }) => text.includes('Calls wait because'));
}

const outageWait = 600_000;
const failures = /^\[@example\/sdk\] Calls wait because the API fails, by now for (\d+) s\. Calls waiting: \d+\.$/;
const refusals =
  /^\[@example\/sdk\] Calls wait because the API refuses requests that its rate limit allows, by now for (\d+) s\. Calls waiting: \d+\.$/;

describe('a warning names the cause, at most once a minute', () => {
  it.each<[string, () => Api, ClientOptions, RegExp]>([
    [
      'the API answers 500',
      () => failing(documentedApi().receive, faults[500], between(0, 200_000)),
      { outageWait },
      failures,
    ],
    [
      'nothing can be reached',
      () => failing(documentedApi().receive, faults.refused, between(0, 200_000)),
      { outageWait },
      failures,
    ],
    [
      'the API refuses',
      () => failing(documentedApi().receive, faults['429 without headers'], between(0, 200_000)),
      {},
      refusals,
    ],
  ])('%s', async (_, api, options, text) => {
    const lines = await warnings(api(), 20, options);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines[0]!.at).toSatisfy((at: number) => at >= 30 && at <= 34);
    for (const [index, line] of lines.entries()) {
      expect(line.text).toMatch(text);
      expect(Math.abs(Number(text.exec(line.text)?.[1]) - line.at)).toBeLessThanOrEqual(2);
      if (index > 0) expect(line.at - lines[index - 1]!.at).toBeGreaterThanOrEqual(60);
    }
  });
});

describe('there is none', () => {
  it.each<[string, Api, number]>([
    ['while all is well', documentedApi().receive, 500],
    ['while a window is a second late', windowApi({ endsLate: 1_000 }), 500],
    ['while a hidden limit lets calls through', limitedBy(bucket(10, 20)), 300],
    ['of an outage of 20 s', failing(documentedApi().receive, faults[503], between(0, 20_000)), 50],
  ])('%s', async (_, api, count) => {
    expect(await warnings(api, count, { outageWait })).toEqual([]);
  });

  it('for a client whose calls have ended', async () => {
    const world = new World({ kind: 'sdk', api: failing(documentedApi().receive, faults[503], between(0, 100_000)) });
    const warn = vi.fn();
    const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
    const baseUrl = newBaseUrl();
    const client = world.sdk({ baseUrl, outageWait });
    const other = world.sdk({ baseUrl, outageWait: 5_000, logger, logLevel: 'warn' });
    await world.run(() => {
      world.burst(5, (index) => client.users.get(`user_${index}`));
      world.burst(5, (index) => other.users.get(`user_${index}`));
    });
    expect(warn.mock.calls.filter(([line]) => String(line).includes('Calls wait because'))).toEqual([]);
  });
});
