import { guestCreator as withFetchAndNewBody } from './clients/create-guest/fetch-with-new-body.ts';
import { guestCreator as withFetch } from './clients/create-guest/fetch.ts';
import { guestCreator as withKyAndPost } from './clients/create-guest/ky-with-post.ts';
import { guestCreator as withKy } from './clients/create-guest/ky.ts';
import { guestCreator as withSdkAndKey } from './clients/create-guest/sdk-with-key.ts';
import { guestCreator as withSdk } from './clients/create-guest/sdk.ts';
import type { ClientRun } from './run.ts';
import { clientsWith, type Demonstration } from './demonstration.ts';
import { count, requestsOverTime } from './view.ts';

type CreateGuest = () => PromiseLike<{ readonly id: string }>;

const created = new WeakMap<ClientRun, string>();

/** A user is created, and the connection breaks before the answer arrives. */
export const lostAnswer: Demonstration = {
  file: 'lost-answer',
  speed: 1,
  span: 3_000,
  api: {},
  latency: 500,
  prepare: ({ faults }) => void faults.next({ reset: true, after: true, route: 'POST /users' }),
  clients: clientsWith<CreateGuest>(
    (createGuest, run) =>
      run.call(async () => {
        const { id } = await createGuest();
        created.set(run, id);
      }),
    [
      ['@example/sdk', 'create-guest/sdk', withSdk],
      ['@example/sdk, idempotency key', 'create-guest/sdk-with-key', withSdkAndKey],
      ['fetch, by hand', 'create-guest/fetch', withFetch],
      ['fetch, new body per attempt', 'create-guest/fetch-with-new-body', withFetchAndNewBody],
      ['ky', 'create-guest/ky', withKy],
      ['ky, POST retried', 'create-guest/ky-with-post', withKyAndPost],
    ],
  ),
  cells: 'Users in the API',
  grid: { columns: 4, rows: 1 },
  charts: ['Requests'],
  legend: { good: 'done, or answered', bad: 'connection lost, or one user too many', warning: 'refused' },
  measures: ['Users', 'Requests', 'The caller gets'],
  view: (run) => {
    const users = run.sandbox.state.users.list();
    return {
      cells: users.map((_, index) => (index === 0 ? 'good' : 'bad')),
      charts: [requestsOverTime(run, 30)],
      figures: [count(users.length, users.length !== 1), count(run.requests.length), { text: answerOf(run) }],
    };
  },
};

function answerOf(run: ClientRun): string {
  const [call] = run.calls;
  if (call === undefined || call.outcome === 'waiting') return '…';
  if (call.outcome === 'answered') return `the user ${created.get(run) ?? ''}`;
  return call.error instanceof Error ? `${call.error.name}: ${call.error.message}` : String(call.error);
}
