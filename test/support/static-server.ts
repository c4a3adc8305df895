import { startServer } from './http-server.ts';

/** Serves a page, and a script at `/page.js`, until the test ends. Gives the URL of the page. */
export async function servePage(html: string, script: string): Promise<string> {
  const { url } = await startServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : html);
  });
  return `${url}/`;
}
