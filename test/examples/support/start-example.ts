import { once } from 'node:events';
import { startPrinting } from '../../support/child-process.ts';
import { apiToken } from '../../support/http-server.ts';

/** Starts an example as a user does, with the built package. */
export function startExample(path: string, argument: string, baseUrl: string, token = apiToken) {
  const env = { PATH: process.env['PATH'], EXAMPLE_API_TOKEN: token, EXAMPLE_BASE_URL: baseUrl, EXAMPLE_LOG: 'off' };
  const { child, output } = startPrinting(process.execPath, [path, argument], { env });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output: output() }));
  return { ended, interrupt: () => child.kill('SIGINT'), kill: () => child.kill('SIGKILL') };
}
