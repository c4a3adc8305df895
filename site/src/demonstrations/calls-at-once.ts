import { userGetter as withFetch } from './clients/get-user/fetch.ts';
import { userGetter as withKy } from './clients/get-user/ky.ts';
import { userGetter as withSdk } from './clients/get-user/sdk.ts';
import { clientsWith, type Demonstration } from './demonstration.ts';
import { cellsOfCalls, count, none, refused, requestsOverTime, seconds } from './view.ts';

type GetUser = (id: string) => PromiseLike<unknown>;

/** 300 calls at once, with a token that allows 100 requests per minute. */
export const callsAtOnce: Demonstration = {
  file: 'calls-at-once',
  speed: 25,
  span: 130_000,
  api: { users: 300 },
  latency: 100,
  clients: clientsWith<GetUser>(
    (getUser, scene) => Promise.all(scene.sandbox.state.users.list().map(({ id }) => scene.call(() => getUser(id)))),
    [
      ['@example/sdk', 'get-user/sdk', withSdk],
      ['fetch, by hand', 'get-user/fetch', withFetch],
      ['ky', 'get-user/ky', withKy],
    ],
  ),
  cells: 'Calls',
  grid: { columns: 60, rows: 5 },
  charts: ['Requests per second, as the API received them'],
  legend: { waiting: 'waiting', good: 'answered', warning: 'refused with 429', bad: 'failed' },
  measures: ['Answered', 'Failed', 'Refused requests', 'Time'],
  view: (scene) => {
    const answered = scene.calls.filter(({ outcome }) => outcome === 'answered').length;
    const failed = scene.calls.filter(({ outcome }) => outcome === 'failed').length;
    return {
      cells: cellsOfCalls(scene),
      charts: [requestsOverTime(scene, 1000)],
      figures: [
        count(answered),
        count(failed, failed > 0),
        count(refused(scene), refused(scene) > 0),
        // A client that gives up on calls has not done the same job in less time.
        failed > 0 ? none : seconds(Math.max(0, ...scene.calls.map(({ settled = 0 }) => settled))),
      ],
    };
  },
};
