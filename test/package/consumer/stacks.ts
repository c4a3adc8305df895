// Places where a call can fail. All of them: test/http/stacks.test.ts.
import { Client, type ClientOptions, type Fetch } from '@example/sdk';
import { verifyWebhook } from '@example/sdk/webhooks';

const user = { id: 'user_1', name: 'Ada', email: 'ada@example.com', created_at: '2024-01-01T00:00:00Z' };
let created = 0;

/** A client of an API in this process, whose rate limit is its own. */
function clientOf(fetch: Fetch, options: ClientOptions = {}): Client {
  const baseUrl = `https://api-${++created}.example.com/v1`;
  return new Client({ apiToken: 'token', baseUrl, fetch, maxRetries: 0, logLevel: 'off', ...options });
}

const answer = (body: unknown, status = 200) => clientOf(() => Promise.resolve(Response.json(body, { status })));
const silent: Fetch = (_, { signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

const places: Record<string, () => Promise<unknown>> = {
  status: async function caller() {
    await answer({}, 404).users.get('user_1');
  },
  'attempt timeout': async function caller() {
    await clientOf(silent).users.get('user_1', { timeout: 20 });
  },
  queue: async function caller() {
    const client = clientOf(() => Promise.resolve(Response.json(user)), { rateLimit: { limit: 1, maxWait: 0 } });
    await client.users.get('user_1');
    await client.users.get('user_2');
  },
  validation: async function caller() {
    await answer({ id: 1 }).withOptions({ responseValidation: 'throw' }).users.get('user_1');
  },
  'list iteration': async function caller() {
    for await (const project of answer({}, 404).projects.list()) console.log(project);
  },
  'webhook verification': async function caller() {
    await verifyWebhook('{}', new Headers(), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  },
};

/** Those where the stack of the error shows the function that awaited the call, and its file, which is `command`. */
export async function placesShown(): Promise<string[]> {
  const shown: string[] = [];
  for (const [name, place] of Object.entries(places)) {
    const error: unknown = await place().catch((reason: unknown) => reason);
    if (error instanceof Error && /\bcaller\d*\b.*command/.test(error.stack ?? '')) shown.push(name);
  }
  return shown;
}
