import { onTestFinished } from 'vitest';
import { startFileServer } from './file-server.ts';
import { startServer } from './http-server.ts';

/** Serves the files of a directory below a base, and nothing else, until the test ends. Gives the URL of its index.html. */
export async function serveDirectory(directory: string, base = '/'): Promise<string> {
  const server = await startFileServer(directory, base);
  onTestFinished(() => server.close());
  return server.url;
}

/** Serves a page, and a script at `/page.js`, until the test ends. Gives the URL of the page. */
export async function servePage(html: string, script: string): Promise<string> {
  const { url } = await startServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : html);
  });
  return `${url}/`;
}
