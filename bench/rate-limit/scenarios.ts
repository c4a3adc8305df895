import type { Scenario } from './run.ts';

export interface Chapter {
  readonly title: string;
  readonly scenario: Scenario;
  readonly contestants: readonly string[];
}

/** The API as its reference describes it. */
const plain: Scenario = {
  limit: 100,
  window: 60_000,
  isShared: false,
  calls: 300,
  processes: 1,
  store: 'none',
  offset: 0,
};

const sdk = '@example/sdk';
/** In other cases, the best of the others. */
const best = [sdk, 'ky, 10 retries'];

export function chapters(all: readonly string[]): Chapter[] {
  const chapter = (title: string, changes: Partial<Scenario>, contestants = all): Chapter => ({
    title,
    scenario: { ...plain, ...changes },
    contestants,
  });
  return [
    chapter('300 calls at once', {}),
    chapter('1 000 calls at once', { calls: 1000 }, best),
    chapter('300 calls, the client’s clock 20 s ahead', { offset: 20_000 }, best),
    chapter('300 calls, the client’s clock 20 s behind', { offset: -20_000 }, best),
    chapter('300 calls by four processes that share a Redis server', { processes: 4, store: 'redis' }, [sdk]),
    chapter('300 calls by four processes that share a SQLite file', { processes: 4, store: 'sqlite' }, [sdk]),
    chapter('300 calls by four processes that share nothing', { processes: 4 }, best),
    chapter('300 calls while another program uses a third of the limit', { isShared: true }, best),
  ];
}
