import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import type { Sandbox } from '@example/sandbox';
import { Hono } from 'hono';
import type { Change } from './changes.ts';

/** Serves the documented API of a sandbox with one change, and nothing else. */
export async function fakeApi(
  sandbox: Sandbox,
  change: Change,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const app = new Hono().use('/v1/*', change).all('/v1/*', ({ req }) => sandbox.fetch(req.raw));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: async () => {
      server.close();
      await sandbox.close();
    },
  };
}
