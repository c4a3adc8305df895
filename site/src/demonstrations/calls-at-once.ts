import { userGetter as withFetch } from './clients/get-user/fetch.ts';
import { userGetter as withKy } from './clients/get-user/ky.ts';
import { userGetter as withSdk } from './clients/get-user/sdk.ts';
import { clientsWith, type Demonstration, type GetUser } from './demonstration.ts';
import { cellsOfCalls, count, none, refused, requestsOverTime, seconds } from './view.ts';

/** 300 calls at once, with a token that allows 100 requests per minute. */
export const callsAtOnce: Demonstration = {
  file: 'calls-at-once',
  speed: 25,
  span: 130_000,
  api: { users: 300 },
  latency: 100,
  clients: clientsWith<GetUser>(
    (getUser, run) => Promise.all(run.sandbox.state.users.list().map(({ id }) => run.call(() => getUser(id)))),
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
  view: (run) => {
    const answered = run.calls.filter(({ outcome }) => outcome === 'answered').length;
    const failed = run.calls.filter(({ outcome }) => outcome === 'failed').length;
    return {
      cells: cellsOfCalls(run),
      charts: [requestsOverTime(run, 1000)],
      figures: [
        count(answered),
        count(failed, failed > 0),
        count(refused(run), refused(run) > 0),
        // A client that gives up on calls has not done the same job in less time.
        failed > 0 ? none : seconds(Math.max(0, ...run.calls.map(({ settled = 0 }) => settled))),
      ],
    };
  },
};
