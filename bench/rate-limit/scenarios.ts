import type { Scenario } from './run.ts';

export interface Chapter {
  readonly title: string;
  readonly scenario: Scenario;
  readonly contestants: readonly string[];
}

/** The API as its reference describes it, scaled from a minute to `window` ms. */
const plain: Scenario = {
  kind: 'aligned',
  limit: 100,
  window: 4000,
  retryAfter: false,
  foreign: 'none',
  calls: 300,
  processes: 1,
  store: 'none',
  offset: 0,
};

const sdk = '@example/sdk';
/** Clients that read the reset from the headers, and therefore depend on their clock. */
const reading = [sdk, 'ky', 'ky, 10 retries', 'octokit + throttling', 'octokit + throttling, 10 retries'];
const persistent = [sdk, 'ky, 10 retries', 'openai, 10 retries', 'octokit + throttling, 10 retries'];

/** The documented matrix. */
export function chapters(all: readonly string[]): Chapter[] {
  const chapter = (title: string, changes: Partial<Scenario>, contestants = all): Chapter => ({
    title,
    scenario: { ...plain, ...changes },
    contestants,
  });
  return [
    chapter('300 calls at once', {}),
    chapter('1 000 calls at once', { calls: 1000 }),
    chapter('300 calls, windows that start with the first request', { kind: 'first-request' }, persistent),
    chapter('300 calls, the server adds `Retry-After` to a 429', { retryAfter: true }, persistent),
    chapter('300 calls, the client’s clock 20 s ahead', { offset: 20_000 }, reading),
    chapter('300 calls, the client’s clock 20 s behind', { offset: -20_000 }, reading),
    chapter('300 calls, the client’s clock 10 min ahead', { offset: 600_000 }, reading),
    chapter('300 calls, the client’s clock 10 min behind', { offset: -600_000 }, reading),
    chapter('300 calls by four processes that share a Redis server', { processes: 4, store: 'redis' }, [sdk]),
    chapter('300 calls by four processes that share a SQLite file', { processes: 4, store: 'sqlite' }, [sdk]),
    chapter('300 calls by four processes that share nothing', { processes: 4 }, persistent),
    chapter('300 calls while a foreign client uses a third of the budget', { foreign: 'spread' }, persistent),
  ];
}
