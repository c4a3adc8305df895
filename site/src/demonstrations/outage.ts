import type { Fault } from '@example/sandbox';
import { userGetter as withFetch } from './clients/get-user/fetch.ts';
import { userGetter as withKyAndJitter } from './clients/get-user/ky-with-jitter.ts';
import { userGetter as withKy } from './clients/get-user/ky.ts';
import { userGetter as withSdk } from './clients/get-user/sdk.ts';
import { type ClientRun, sleep } from './run.ts';
import { clientsWith, type Demonstration, type GetUser } from './demonstration.ts';
import { cellsOfCalls, count, none, requestsOverTime, seconds } from './view.ts';

const down = { from: 15_000, to: 45_000, label: 'The API is down' };

/** Ten calls per second for a minute, with an API that is down for half of it and shows this fault then. */
const outageWith = (fault: Fault): Demonstration => ({
  file: 'outage',
  speed: 12,
  span: 65_000,
  // The rate limit is another story.
  api: { users: 600, rateLimit: { limit: 10_000 } },
  latency: 50,
  clients: clientsWith<GetUser>(
    async (getUser, run) => {
      const calls: Promise<unknown>[] = [];
      void breakDown(run, fault);
      const start = run.elapsed;
      for (const [index, { id }] of run.sandbox.state.users.list().entries()) {
        await sleep(start + index * 100 - run.elapsed);
        calls.push(run.call(() => getUser(id)));
      }
      await Promise.all(calls);
    },
    [
      ['@example/sdk', 'get-user/sdk', withSdk],
      ['fetch, by hand', 'get-user/fetch', withFetch],
      ['ky', 'get-user/ky', withKy],
      ['ky, 5 retries with jitter', 'get-user/ky-with-jitter', withKyAndJitter],
    ],
  ),
  cells: 'Calls',
  grid: { columns: 60, rows: 10 },
  charts: ['Requests per second, as the API received them'],
  legend: { waiting: 'waiting', good: 'answered', bad: 'refused or broken, or failed' },
  band: down,
  measures: ['Failed calls', 'Requests while down', 'Wait for an error', 'Slowest answer', 'Answered after it'],
  view: (run) => {
    const failed = run.calls.filter(({ outcome }) => outcome === 'failed');
    const sent = run.requests.filter(({ state, status }) => state === 'reset' || status === 503).length;
    const waits = failed.map(({ made, settled = made }) => settled - made).sort((a, b) => a - b);
    const answers = run.calls.filter(({ outcome }) => outcome === 'answered');
    const slowest = Math.max(0, ...answers.map(({ made, settled = made }) => settled - made));
    const after = run.calls.filter(({ made }) => made >= down.to);
    const answered = after.filter(({ outcome }) => outcome === 'answered').length;
    return {
      cells: cellsOfCalls(run),
      charts: [requestsOverTime(run, 1000)],
      figures: [
        count(failed.length, failed.length > 0),
        count(sent),
        failed.length > 0 ? seconds(waits[Math.floor(waits.length / 2)] ?? 0) : none,
        seconds(slowest, slowest > 5000),
        { text: `${answered} of ${after.length}`, isBad: answered < after.length && run.isDone },
      ],
    };
  },
});

/** Each connection breaks. */
export const outage = outageWith({ reset: true, share: 1 });

/** Each request is answered with 503. */
export const unavailable = outageWith({ status: 503, share: 1 });

async function breakDown(run: ClientRun, fault: Fault): Promise<void> {
  const { faults } = run.sandbox;
  await sleep(down.from - run.elapsed);
  const { id } = faults.next(fault);
  // A busy machine may have been late.
  await sleep(down.to - run.elapsed);
  faults.remove(id);
}
