import type { ClientOptions } from '@example/sdk';
import { between, documentedApi, faults, failing } from '../support/world/api.ts';
import type { Figures } from '../support/world/figures.ts';
import { type ClientKind, newBaseUrl, World } from '../support/world/world.ts';
import { type Down, namesCause } from './bad-days.ts';
import { missedGoals } from './row.ts';

/** An API that is down for ever: what is tried, beside the ordinary set-up. */
export interface DeadCase {
  readonly fault: Down;
  readonly count: number;
  readonly isWarm?: boolean;
  readonly isUnlimited?: boolean;
  readonly options?: ClientOptions;
  readonly tokens?: number;
  readonly routes?: number;
}

/** Makes the calls of a case at once. `timeout` is 2 s. */
export async function runDead(kind: ClientKind, dead: DeadCase): Promise<Figures> {
  const { fault, count, isWarm = false, isUnlimited = false, options = {}, tokens = 1, routes = 1 } = dead;
  const server = documentedApi({ begun: 17_000, ...(isUnlimited ? { limit: Infinity } : {}) }).receive;
  const world = new World({
    kind,
    api: failing(server, faults[fault], between(1_000, Infinity)),
    options: { timeout: 2_000, ...options, ...(isUnlimited ? { rateLimit: false } : {}) },
    isPaced: !isUnlimited,
  });
  const baseUrl = newBaseUrl();
  const figures = await world.run(async () => {
    const clients = Array.from({ length: tokens }, (_, index) => world.client({ baseUrl, apiToken: `token_${index}` }));
    if (isWarm) for (const call of clients) await call('GET', '/users/user_0');
    await world.clock.sleep(1_000 - Math.min(1_000, world.clock.now) + (isWarm ? tokens * 40 : 0));
    world.exchanges.length = 0;
    world.burst(count, (index) => clients[index % tokens]!('GET', `/r${index % routes}/${index}`, { timeout: 2_000 }));
  });
  return { ...figures, extra: { 'true cause': namesCause(fault, figures) ? 1 : 0 } };
}

const downs: readonly Down[] = ['500', 'refused', 'reset', 'hang'];

export const deadCases: readonly DeadCase[] = [
  ...downs.flatMap((fault) => [20, 500].flatMap((count) => [false, true].map((isWarm) => ({ fault, count, isWarm })))),
  ...downs.flatMap((fault) => [20, 500].map((count) => ({ fault, count, isUnlimited: true }))),
  ...downs.flatMap((fault) =>
    [{ maxRetries: 0 }, { rateLimit: { maxWait: 2_000 } }, { totalTimeout: 5_000 }].map((options) => ({
      fault,
      count: 20,
      options,
    })),
  ),
  ...downs.map((fault) => ({ fault, count: 500, isUnlimited: true, tokens: 200 })),
  ...downs.map((fault) => ({ fault, count: 500, tokens: 200 })),
  ...downs.map((fault) => ({ fault, count: 500, isUnlimited: true, routes: 500 })),
  ...downs.map((fault) => ({ fault, count: 500, isUnlimited: true, tokens: 200, routes: 500 })),
];

/** What C3 and C4 promise of a case. */
export function deadGoals(dead: DeadCase, ours: Figures): Record<string, boolean> {
  const { fault, count, isWarm, isUnlimited, tokens = 1, options = {} } = dead;
  // In a known window, only as many calls as have a place in it wait for the outage alone. What was sent used it up, so
  // the next one begins after 43 s. What was refused was not sent.
  const isHeld = isWarm && count > 100 && tokens === 1 && !isUnlimited;
  const windows = isHeld ? 10 * (count / 100) + (fault === 'refused' ? 0 : 43) : 0;
  const usual = 13 + (fault === 'hang' ? 4 : 0) + windows;
  const within = options.totalTimeout === undefined ? usual : 5.1;
  return {
    [`all reject within ${within} s`]: ours.answered === 0 && ours.lastRejection <= within,
    [`≤ ${count === 20 ? 40 : 550} requests`]: ours.requests <= (count === 20 ? 40 : 550),
    'true cause': ours.extra['true cause'] === 1,
    'nothing blames the limit': !Object.keys(ours.rejected).some((label) => label.startsWith('RateLimit')),
  };
}

export const nameOfDead = ({ fault, count, isWarm, isUnlimited, options, tokens, routes }: DeadCase): string =>
  [
    `${fault}, ${count} at once`,
    isWarm && 'warm',
    isUnlimited && '`rateLimit: false`',
    options && `\`${JSON.stringify(options).replaceAll(/[{}"]/g, '')}\``,
    tokens && `${tokens} tokens`,
    routes && `${routes} routes`,
  ]
    .filter((part) => part !== undefined && part !== false)
    .join(', ');

/** An outage that is soon over. */
export interface Blip {
  readonly seconds: number;
  readonly fault: Down;
  /** Milliseconds between calls; 0 for 500 at once. */
  readonly pause: number;
}

export const blips: readonly Blip[] = [0.3, 1, 3].flatMap((seconds) =>
  (['503', 'reset'] as const).flatMap((fault) => [0, 5, 100].map((pause) => ({ seconds, fault, pause }))),
);

export const nameOfBlip = ({ seconds, fault, pause }: Blip): string =>
  `${fault} for ${seconds} s, ${pause === 0 ? '500 at once' : `a call each ${pause} ms`}`;

/** How many calls a client loses, without a rate limit. */
export async function runBlip(kind: ClientKind, { seconds, fault, pause }: Blip): Promise<Figures> {
  const world = new World({
    kind,
    api: failing(documentedApi({ limit: Infinity }).receive, faults[fault], between(2_000, 2_000 + seconds * 1000)),
    options: { rateLimit: false },
    isPaced: false,
  });
  return world.run(async () => {
    const call = world.client();
    await call('GET', '/users/user_0');
    const get = (index: number) => call('GET', `/users/user_${index}`);
    if (pause > 0) return world.every(pause, 6_000 / pause, get);
    await world.clock.sleep(2_100 - world.clock.now);
    world.burst(500, get);
  });
}

export async function outageTables(): Promise<string> {
  const number = (value: number) => (Number.isFinite(value) ? value.toFixed(1) : '–');
  const dead = [
    '| down for ever | first and last rejection, s | requests | errors | goals |',
    '| --- | --: | --: | --- | --- |',
  ];
  for (const each of deadCases) {
    const figures = await runDead('sdk', each);
    const missed = missedGoals(deadGoals(each, figures));
    const errors = Object.entries(figures.rejected).map(([label, count]) => `${count} × ${label}`);
    const goals = missed.length === 0 ? 'met' : `**missed**: ${missed.join(', ')}`;
    const times = `${number(figures.firstRejection)}, ${number(figures.lastRejection)}`;
    dead.push(`| ${[nameOfDead(each), times, figures.requests, errors.join('; '), goals].join(' | ')} |`);
  }
  const lost = [
    '| blip | calls | lost: this SDK | `fetch` | simple client | requests: this SDK | simple client |',
    '| --- | --: | --: | --: | --: | --: | --: |',
  ];
  for (const each of blips) {
    const [sdk, fetch, simple] = [
      await runBlip('sdk', each),
      await runBlip('fetch', each),
      await runBlip('simple', each),
    ];
    const cells = [sdk, fetch, simple].map(({ calls, answered }) => calls - answered);
    lost.push(`| ${[nameOfBlip(each), sdk.calls, ...cells, sdk.requests, simple.requests].join(' | ')} |`);
  }
  return `${dead.join('\n')}\n\n${lost.join('\n')}`;
}
