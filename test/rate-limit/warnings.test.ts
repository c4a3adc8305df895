import { describe, expect, it, vi } from 'vitest';
import { between, bucket, documentedApi, failing, faults, limitedBy } from '../support/world/api.ts';
import type { Api } from '../support/world/network.ts';
import { newBaseUrl, World, worldWith } from '../support/world/world.ts';

// A wait is visible, and its reason is true.

/** The lines logged while this many calls are made at once, and their times in seconds. */
async function warnings(api: Api, count: number, other = 0) {
  const lines: { at: number; text: string }[] = [];
  const world = new World({ api });
  const warn = vi.fn((text: string) => lines.push({ at: Math.round(world.clock.now / 1000), text }));
  const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
  const baseUrl = newBaseUrl();
  const client = world.sdk({ baseUrl, logger, logLevel: 'warn', outageWait: other > 0 ? 5_000 : 600_000 });
  const otherClient = world.sdk({ baseUrl, outageWait: 600_000 });
  await world.run(() => {
    world.burst(other, () => otherClient.users.get('user_1'));
    world.burst(count, () => client.users.get('user_1'));
  });
  return lines;
}

const failsFor = (seconds: number, fault: keyof typeof faults) =>
  failing(documentedApi(), faults[fault], between(0, 1000 * seconds));
/** The API refuses for 10 seconds, then fails for 30. */
const refusesThenFails = failing(failsFor(40, '503'), faults['429 without headers'], between(0, 10_000));
const fails = 'the API fails';
const refuses = 'the API refuses requests that its rate limit allows';

it.each<[string, Api, cause: string]>([
  ['the API answers 500', failsFor(200, '500'), fails],
  ['the API refuses', failsFor(200, '429 without headers'), refuses],
])('a warning names the cause, at most once a minute: %s', async (_, api, cause) => {
  const lines = await warnings(api, 20);
  expect(lines.length).toBeGreaterThanOrEqual(3);
  expect(lines[0]!.at).toSatisfy((at: number) => at >= 30 && at <= 34);
  const pattern = new RegExp(
    String.raw`^\[@example/sdk\] Calls wait because ${cause}, by now for (\d+) s\. Calls waiting: \d+\.$`,
  );
  for (const [index, { at, text }] of lines.entries()) {
    expect(Math.abs(Number(pattern.exec(text)?.[1]) - at)).toBeLessThanOrEqual(2);
    if (index > 0) expect(at - lines[index - 1]!.at).toBeGreaterThanOrEqual(60);
  }
});

describe('a client', () => {
  const logged = (api: Api) => {
    const warn = vi.fn();
    const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
    const setup = worldWith(api, { logger, logLevel: 'warn', outageWait: 120_000 });
    return { ...setup, warn };
  };

  it('of many tokens warns once', async () => {
    const { world, client, warn } = logged(failsFor(80, '503'));
    await world.run(() =>
      world.burst(20, (tenant) => client.withOptions({ apiToken: `token_${tenant}` }).users.get('user_1')),
    );
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it("doesn't count the time between its calls", async () => {
    const refusesAgain = failing(refusesThenFails, faults['429 without headers'], between(600_000, 610_000));
    const { world, get, warn } = logged(refusesAgain);
    await world.run(async () => {
      world.burst(1, () => get(0, { totalTimeout: 3_000 }));
      await world.clock.sleep(600_000);
      world.burst(1, get);
    });
    expect(warn).not.toHaveBeenCalled();
  });
});

it.each<[string, Api, count: number, other?: number]>([
  ['while a window is a second late', documentedApi({ endsLate: 1_000 }), 500],
  ['while a hidden limit lets calls through', limitedBy(bucket(10, 20)), 300],
  ['for an outage of 20 s', failsFor(20, '503'), 50],
  ['after an outage of 5 s, while a window is full', failsFor(5, '503'), 250],
  ['for refusals and failures that lasted 40 s together', refusesThenFails, 20],
  ['for a client whose calls have ended', failsFor(100, '503'), 5, 5],
])('there is no warning %s', async (_, api, count, other) => {
  expect(await warnings(api, count, other)).toEqual([]);
});
