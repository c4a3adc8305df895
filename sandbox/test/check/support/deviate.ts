import { createSandbox, type SandboxOptions } from '@example/sandbox';
import { Hono } from 'hono';
import { checkServer, type Report } from '../../../src/check/check-server.ts';
import type { Platform } from '../../../src/check/requester.ts';
import type { Change } from '../../support/changes.ts';

/** A server to check: the local API, with one change. */
export interface CheckedServer {
  readonly report: Report;
  /** Milliseconds that the check waited. */
  readonly waited: number;
  /** Requests that arrived, in each minute. */
  readonly minutes: readonly number[];
}

const origin = 'http://127.0.0.1:4010';

/** Checks the local API behind a middleware. No time passes but that of waiting, and 20 ms a request. */
export async function checked(
  change: Change = (_, next) => next(),
  { exhaust = true, options = {}, used = 0 }: { exhaust?: boolean; options?: SandboxOptions; used?: number } = {},
): Promise<CheckedServer> {
  const start = Date.parse('2026-11-25T12:00:00Z');
  let now = start;
  let waited = 0;
  const minutes: number[] = [];
  const sandbox = createSandbox({ apiToken: 'token_of_the_check', now: () => now, ...options });
  const app = new Hono().use(change).all('*', ({ req }) => sandbox.fetch(req.raw));
  app.onError((error) => {
    throw error;
  });
  const platform: Platform = {
    now: () => now,
    sleep: (delay) => {
      now += delay;
      waited += delay;
      return Promise.resolve();
    },
    fetch: async (url, init) => {
      now += 20;
      const minute = Math.floor((now - start) / 60_000);
      minutes[minute] = (minutes[minute] ?? 0) + 1;
      return app.fetch(new Request(url, init));
    },
  };
  const target = { baseUrl: `${origin}/v1`, token: sandbox.apiToken };
  for (let count = 0; count < used; count += 1) {
    await sandbox.fetch(`${origin}/v1/projects`, { headers: { Authorization: `Bearer ${sandbox.apiToken}` } });
  }
  const report = await checkServer(target, platform, { exhaust });
  await sandbox.close();
  return { report, waited, minutes };
}

/** Ids of the checks that found a deviation. */
export function deviating({ results }: Report): string[] {
  return results.filter(({ result }) => result === 'deviates').map(({ id }) => id);
}
