import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { openServer } from './free-port.ts';

const types: Readonly<Record<string, string>> = {
  ...{ '.html': 'text/html; charset=utf-8', '.md': 'text/markdown; charset=utf-8', '.json': 'application/json' },
  ...{ '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' },
};

/**
 * Serves the files of a directory below a base, and nothing else. It compresses what it has a type for, as hosts of pages do.
 *
 * @param ready - Requests wait for it.
 * @returns The URL of its index.html.
 */
export async function startFileServer(directory: string, base = '/', ready: Promise<unknown> = Promise.resolve()) {
  const { url, close } = await openServer(({ url = '/', headers }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const file = path.startsWith(base) ? join(directory, normalize(`/${path.slice(base.length)}`)) : '';
    const type = types[extname(file)];
    const zip = type !== undefined && headers['accept-encoding']?.includes('gzip');
    const answer = async () => {
      await ready;
      const content = await readFile(file);
      const sent = zip ? await promisify(gzip)(content) : content;
      response.setHeader('Content-Type', type ?? 'application/octet-stream');
      if (zip) response.setHeader('Content-Encoding', 'gzip');
      response.end(sent);
    };
    answer().catch(() => response.writeHead(404).end());
  });
  return { url: `${url}${base}`, close };
}
