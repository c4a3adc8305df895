import { onTestFinished } from 'vitest';
import { startFileServer } from './file-server.ts';

/** Serves the files of a directory below a base, and nothing else, until the test ends. Gives the URL of its index.html. */
export async function serveDirectory(directory: string, base = '/'): Promise<string> {
  const server = await startFileServer(directory, base);
  onTestFinished(() => server.close());
  return server.url;
}
