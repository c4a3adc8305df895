/** Counts the functions and files of `src/` that the usual calls run once they are warm, with V8's coverage. */
import { Session } from 'node:inspector/promises';
import { Client, type Fetch } from '../src/index.ts';
import { signWebhook, Webhooks } from '../src/webhooks/index.ts';
import { documentedApi, epoch } from '../test/support/world/api.ts';
import { parseRequest } from '../test/support/world/network.ts';

const source = new URL('../src/', import.meta.url).href;
const created_at = '2024-01-01T00:00:00Z';
const user = { id: 'user_1', name: 'Ada', email: 'ada@example.com', created_at };
const project = (_: unknown, index: number) => ({ id: `proj_${index}`, name: '', description: '', created_at });
const api = documentedApi({ projects: Array.from({ length: 150 }, project) });
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

const fetch: Fetch = async (url, { method, headers, body }) => {
  const answer = { body: undefined, headers: {}, ...api(parseRequest(url, method, headers, body), Date.now() - epoch) };
  return Promise.resolve(
    Response.json(answer.body, { headers: { ...answer.headers, date: new Date().toUTCString() } }),
  );
};

async function signedRequest(id: string): Promise<Request> {
  const body = JSON.stringify({ event: 'user.created', data: user, timestamp: created_at, id });
  return new Request('http://localhost/', { method: 'POST', body, headers: await signWebhook({ body, secret }) });
}

export async function journeys(): Promise<Record<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  const client = new Client({ apiToken: 'a-token-for-journeys', fetch, logLevel: 'off' });
  const webhooks = new Webhooks({ secret, logLevel: 'off' });
  webhooks.on('user.created', () => undefined);
  const handle = webhooks.handler();
  const signed = [await signedRequest('1'), await signedRequest('2')];
  const readList = async () => {
    for await (const project of client.projects.list()) void project;
  };

  const counts: Record<string, number> = {};
  for (const [name, run] of [
    ['users.get', () => client.users.get('user_1')],
    ['list of 150', readList],
    ['webhook', () => handle(signed.pop() ?? new Request('http://localhost/'))],
  ] as const) {
    await run();
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await session.post('Profiler.takePreciseCoverage');
    await run();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    await session.post('Profiler.stopPreciseCoverage');
    const files = result.filter(({ url }) => url.startsWith(source));
    // The first function of a file is the file itself.
    const ran = files.map(({ functions }) =>
      functions.filter(({ ranges: [range] }) => range && range.count > 0 && range.startOffset > 0),
    );
    counts[`functions of ${name}`] = ran.flat().length;
    counts[`files of ${name}`] = ran.filter((functions) => functions.length > 0).length;
  }
  session.disconnect();
  return counts;
}
