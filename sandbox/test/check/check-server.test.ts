import type { SandboxOptions } from '@example/sandbox';
import { beforeAll, describe, expect, test } from 'vitest';
import { checks } from '../../src/check/check-server.ts';
import { CannotCheckError } from '../../src/check/transcript.ts';
import { type Change, header } from '../support/changes.ts';
import { checked, deviating } from './support/deviate.ts';
import {
  authenticationDeviations,
  browserDeviations,
  hiddenDeviations,
  rateLimitDeviations,
  responseDeviations,
} from './support/deviations-of-http.ts';
import { projectDeviations, userDeviations } from './support/deviations-of-resources.ts';

const projects = (count: number, status: string) =>
  Array.from({ length: count }, (_, index) => ({ name: `Project ${index}`, status }));

const states: [string, SandboxOptions][] = [
  ['as it starts', {}],
  ['without projects', { projects: 0 }],
  ['with one project', { projects: 1 }],
  ['with as many projects as a page has', { projects: 20 }],
  ['with one more project than a page has', { projects: 21 }],
  ['with many projects and users', { projects: 1234, users: 50 }],
  ['with projects that are all active', { projects: projects(30, 'active') }],
  ['with projects that are all paused', { projects: projects(30, 'paused') }],
];

describe('no false alarm', () => {
  test.each(states)('the local API has no deviations %s', async (_, options) => {
    const { report } = await checked(undefined, { options });
    expect(report.results.filter(({ result }) => result === 'deviates')).toEqual([]);
  });

  test('every check is made, but for those that --exhaust adds', async () => {
    const ids = ({ report }: Awaited<ReturnType<typeof checked>>) =>
      report.results.filter(({ result }) => result === 'not-checked').map(({ id }) => id);
    expect(ids(await checked())).toEqual([]);
    expect(ids(await checked(undefined, { exhaust: false }))).toEqual([
      'rate-limit.refuses',
      'rate-limit.refusal.body',
      'rate-limit.refusal.headers',
      'rate-limit.refusal.reset',
      'assumptions.retry-after',
    ]);
  });
});

describe('rate limit', () => {
  test('a check stays within one window', async () => {
    const { report, waited, minutes } = await checked(undefined, { exhaust: false });
    expect(report.requests).toBeLessThan(60);
    expect(minutes).toEqual([report.requests]);
    expect(waited).toBe(0);
  });

  test('it waits for the next window when other clients have used up the budget', async () => {
    const { report, waited, minutes } = await checked(undefined, { exhaust: false, used: 90 });
    expect(deviating(report)).toEqual([]);
    expect(waited).toBeGreaterThan(50_000);
    expect(minutes).toHaveLength(2);
  });

  test('it does not wait for a window that never begins', async () => {
    const { waited } = await checked(header('X-RateLimit-Remaining', '0'), { exhaust: false });
    expect(waited).toBeLessThanOrEqual(120_000);
  });

  test('it sends at most 100 requests in a minute to a server that says nothing', async () => {
    const silent: Change = async ({ res }, next) => {
      await next();
      for (const name of ['Limit', 'Remaining', 'Reset']) res.headers.delete(`X-RateLimit-${name}`);
    };
    const { minutes } = await checked(silent, { exhaust: false });
    expect(Math.max(...minutes)).toBeLessThanOrEqual(100);
  });
});

test.each([
  [() => Promise.reject(new TypeError('fetch failed')), 'No server responds at http://127.0.0.1:4010/v1: fetch failed'],
  [
    () => Promise.resolve(Response.json({}, { status: 401 })),
    'http://127.0.0.1:4010/v1 does not accept the token (401).',
  ],
] as [Change, string][])('a server that can not be checked is reported', async (change, message) => {
  await expect(checked(change)).rejects.toThrow(new CannotCheckError(message));
});

const seeded: [string, Change, boolean][] = [
  [authenticationDeviations, false],
  [userDeviations, false],
  [projectDeviations, false],
  [responseDeviations, false],
  [browserDeviations, false],
  [hiddenDeviations, false],
  [rateLimitDeviations, true],
].flatMap(([deviations, exhaust]) =>
  Object.entries(deviations as Record<string, Change>).map(([name, change]): [string, Change, boolean] => [
    name,
    change,
    exhaust as boolean,
  ]),
);

/** What one token, a minute and 50 requests do not show. */
const notFound = Object.keys(hiddenDeviations);

describe('deviations', () => {
  const found = new Map<string, readonly string[]>();
  beforeAll(async () => {
    for (const [name, change, exhaust] of seeded) {
      found.set(name, deviating((await checked(change, { exhaust })).report));
    }
  }, 300_000);

  test.each(seeded)('%s', (name) => {
    if (notFound.includes(name)) expect(found.get(name)).toEqual([]);
    else expect(found.get(name)).not.toEqual([]);
  });

  test('at least 95 % of at least 100 are found', () => {
    const count = [...found.values()].filter((ids) => ids.length > 0).length;
    expect(found.size).toBeGreaterThanOrEqual(100);
    expect(count / found.size).toBeGreaterThanOrEqual(0.95);
  });

  test('every check finds one of them', () => {
    const finding = new Set([...found.values()].flat());
    expect(checks.map(({ id }) => id).filter((id) => !finding.has(id))).toEqual([]);
  });
});
