import { userGetter as withFetch } from './clients/get-user/fetch.ts';
import { userGetter as withKy } from './clients/get-user/ky.ts';
import { userGetters as withSdk } from './clients/serve-users/sdk.ts';
import { type Access, type ClientRun, sleep } from './run.ts';
import { clientsWith, type Demonstration, type GetUser } from './demonstration.ts';
import { type Bar, cellsOfCalls, count, none, refused, requestsOverTime, seconds } from './view.ts';

interface GetUsers {
  readonly interactive: GetUser;
  readonly batch: GetUser;
}

/** A client without priorities uses the same function for both. */
const same =
  (create: (access: Access) => GetUser) =>
  (access: Access): GetUsers => {
    const getUser = create(access);
    return { interactive: getUser, batch: getUser };
  };

/** Milliseconds between two interactive calls. */
const interval = 6_000;

/** A user every six seconds, and a batch of 300 calls that begins after a minute. */
export const interactiveCall: Demonstration = {
  file: 'interactive-call',
  speed: 50,
  span: 300_000,
  api: { users: 350 },
  latency: 100,
  clients: clientsWith<GetUsers>(
    async ({ interactive, batch }, run) => {
      const ids = run.sandbox.state.users.list().map(({ id }) => id);
      await Promise.all([
        serve(ids.slice(0, 45), interactive, run),
        sleep(60_000).then(() => work(ids.slice(45, 345), batch, run)),
      ]);
    },
    [
      ['@example/sdk', 'serve-users/sdk', withSdk],
      ['fetch, by hand', 'get-user/fetch', same(withFetch)],
      ['ky', 'get-user/ky', same(withKy)],
    ],
  ),
  cells: 'Calls of the batch',
  grid: { columns: 60, rows: 5 },
  charts: ['Wait of each interactive call', 'Requests per second, as the API received them'],
  legend: { waiting: 'waiting', good: 'answered', warning: 'refused with 429', bad: 'failed' },
  measures: ['Median wait', 'Longest wait', 'Failed', 'Refused requests', 'Batch done'],
  view: (run) => {
    const calls = run.calls.filter(({ kind }) => kind === 'interactive');
    const waits = calls.map(({ made, settled = run.elapsed }) => settled - made).sort((a, b) => a - b);
    const failed = run.calls.filter(({ outcome }) => outcome === 'failed').length;
    const batch = run.calls.filter(({ kind }) => kind === 'batch');
    const longest = waits.at(-1) ?? 0;
    // An error is no answer, however soon it comes.
    const isAnswering = calls.every(({ outcome }) => outcome !== 'failed');
    const isBatchDone = batch.length > 0 && batch.every(({ outcome }) => outcome === 'answered');
    return {
      cells: cellsOfCalls(run, 'batch'),
      charts: [calls.map((call) => waitOf(call, run.elapsed)), requestsOverTime(run, 1000)],
      figures: [
        isAnswering ? seconds(waits[Math.floor(waits.length / 2)] ?? 0) : none,
        isAnswering ? seconds(longest, longest > 5000) : none,
        count(failed, failed > 0),
        count(refused(run), refused(run) > 0),
        isBatchDone ? seconds(Math.max(0, ...batch.map(({ settled = 0 }) => settled))) : none,
      ],
    };
  },
};

function waitOf({ made, settled = made, outcome }: ClientRun['calls'][number], now: number): Bar {
  if (outcome === 'waiting') return { at: made, width: interval, values: { waiting: now - made } };
  return { at: made, width: interval, values: { [outcome === 'answered' ? 'good' : 'bad']: settled - made } };
}

async function serve(ids: readonly string[], getUser: GetUser, run: ClientRun): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (const id of ids) {
    calls.push(run.call(() => getUser(id), 'interactive'));
    await sleep(interval);
  }
  await Promise.all(calls);
}

/** Keeps ten calls in flight. */
async function work(ids: readonly string[], getUser: GetUser, run: ClientRun): Promise<void> {
  const left = [...ids];
  const worker = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const next = id;
      await run.call(() => getUser(next), 'batch');
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
}
