import { getRequestListener } from '@hono/node-server';
import { createSandbox } from '@example/sandbox';
import { openServer } from '../../support/free-port.ts';

/** Starts the local API over HTTP, with the only endpoint in the guides that the SDK and the local API lack: teams. */
export async function startApi(limit = 100) {
  const sandbox = createSandbox({ users: 3, rateLimit: { limit } });
  const listener = getRequestListener((request) =>
    new URL(request.url).pathname.startsWith('/v1/teams/') ? teams(request) : sandbox.fetch(request),
  );
  const { url, close } = await openServer((...exchange) => void listener(...exchange));
  const baseUrl = `${url}/v1`;
  /** The variables from which a program reads the address and the token. */
  const env = { EXAMPLE_API_TOKEN: sandbox.apiToken, EXAMPLE_BASE_URL: baseUrl, EXAMPLE_LOG: 'off' };
  const end = () => Promise.all([close(), sandbox.close()]);
  return { sandbox, baseUrl, env, [Symbol.asyncDispose]: async () => void (await end()) };
}

function teams({ method, url }: Request): Response {
  if (method === 'DELETE') return new Response(null, { status: 204 });
  if (!url.includes('/members')) return Response.json({ id: 'team_1', name: 'Crew' });
  const meta = { current_page: 1, total_pages: 1, total_count: 1 };
  return Response.json({ data: [{ id: 'user_123' }], meta });
}
