import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createSandbox, type Sandbox } from '@example/sandbox';

/** The local API over HTTP, with the one endpoint of the guides that the SDK and the local API don't know: teams. */
export interface Api extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly baseUrl: string;
}

export async function startApi(): Promise<Api> {
  const sandbox = createSandbox({ users: 3 });
  const server = serve({
    fetch: (request) =>
      new URL(request.url).pathname.startsWith('/v1/teams/') ? teams(request) : sandbox.fetch(request),
    hostname: '127.0.0.1',
    port: 0,
  });
  await once(server, 'listening');
  // It listens on a port.
  const { port } = server.address() as AddressInfo;
  return {
    sandbox,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await sandbox.close();
    },
  };
}

function teams({ method, url }: Request): Response {
  if (method === 'DELETE') return new Response(null, { status: 204 });
  if (!url.includes('/members')) return Response.json({ id: 'team_1', name: 'Crew' });
  const meta = { current_page: 1, total_pages: 1, total_count: 1 };
  return Response.json({ data: [{ id: 'user_123' }], meta });
}
