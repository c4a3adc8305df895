import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { openServer } from './free-port.ts';

/**
 * Serves the files of a directory below a base, and nothing else, compressed as web hosts do.
 *
 * @param ready - Requests wait for this promise.
 * @returns The URL of its index.html.
 */
export async function startFileServer(directory: string, base = '/', ready: Promise<unknown> = Promise.resolve()) {
  const app = new Hono().use(compress(), async (_, next) => {
    await ready;
    await next();
  });
  app.get(`${base}*`, serveStatic({ root: directory, rewriteRequestPath: (path) => path.slice(base.length - 1) }));
  const listener = getRequestListener(app.fetch);
  const { url, close } = await openServer((...exchange) => void listener(...exchange));
  return { url: `${url}${base}`, close };
}
