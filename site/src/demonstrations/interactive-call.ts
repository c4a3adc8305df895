import { userGetter as withFetch } from './clients/get-user/fetch.ts';
import { userGetter as withKy } from './clients/get-user/ky.ts';
import { userGetters as withSdk } from './clients/serve-users/sdk.ts';
import { type Access, type Scene, sleep } from './contest.ts';
import { clientsWith, type Demonstration } from './demonstration.ts';
import { type Bar, cellsOfCalls, count, none, refused, requestsOverTime, seconds } from './view.ts';

type GetUser = (id: string) => PromiseLike<unknown>;

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
    async ({ interactive, batch }, scene) => {
      const ids = scene.sandbox.state.users.list().map(({ id }) => id);
      await Promise.all([
        serve(ids.slice(0, 45), interactive, scene),
        sleep(60_000).then(() => work(ids.slice(45, 345), batch, scene)),
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
  view: (scene) => {
    const calls = scene.calls.filter(({ kind }) => kind === 'interactive');
    const waits = calls.map(({ made, settled = scene.elapsed }) => settled - made).sort((a, b) => a - b);
    const failed = scene.calls.filter(({ outcome }) => outcome === 'failed').length;
    const batch = scene.calls.filter(({ kind }) => kind === 'batch');
    const longest = waits.at(-1) ?? 0;
    // An error is no answer, however soon it comes.
    const isAnswering = calls.every(({ outcome }) => outcome !== 'failed');
    const isBatchDone = batch.length > 0 && batch.every(({ outcome }) => outcome === 'answered');
    return {
      cells: cellsOfCalls(scene, 'batch'),
      charts: [calls.map((call) => waitOf(call, scene.elapsed)), requestsOverTime(scene, 1000)],
      figures: [
        isAnswering ? seconds(waits[Math.floor(waits.length / 2)] ?? 0) : none,
        isAnswering ? seconds(longest, longest > 5000) : none,
        count(failed, failed > 0),
        count(refused(scene), refused(scene) > 0),
        isBatchDone ? seconds(Math.max(0, ...batch.map(({ settled = 0 }) => settled))) : none,
      ],
    };
  },
};

function waitOf({ made, settled = made, outcome }: Scene['calls'][number], now: number): Bar {
  if (outcome === 'waiting') return { at: made, width: interval, values: { waiting: now - made } };
  return { at: made, width: interval, values: { [outcome === 'answered' ? 'good' : 'bad']: settled - made } };
}

async function serve(ids: readonly string[], getUser: GetUser, scene: Scene): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (const id of ids) {
    calls.push(scene.call(() => getUser(id), 'interactive'));
    await sleep(interval);
  }
  await Promise.all(calls);
}

/** Keeps ten calls in flight. */
async function work(ids: readonly string[], getUser: GetUser, scene: Scene): Promise<void> {
  const left = [...ids];
  const worker = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const next = id;
      await scene.call(() => getUser(next), 'batch');
    }
  };
  await Promise.all(Array.from({ length: 10 }, worker));
}
