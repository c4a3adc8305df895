import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSandbox } from '@example/sandbox';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { run, start } from '../support/child-process.ts';
import { canRun, startRedis } from '../support/redis-server.ts';

/** An API with this limit and windows of two seconds. */
async function limitedApi(limit: number) {
  const sandbox = createSandbox({ rateLimit: { limit, window: 2_000 } });
  onTestFinished(() => sandbox.close());
  return { sandbox, baseUrl: (await sandbox.listen()).url, apiToken: sandbox.apiToken };
}

/** Makes this many calls at once. Prints how many failed, and how often the store didn't respond in time. */
const worker = `
  import { Client } from '@example/sdk';
  import { sqliteRateLimitStore } from '@example/sdk/sqlite';
  const { calls, path, ...options } = JSON.parse(process.argv[1]);
  const rateLimit = { window: 2_000, store: sqliteRateLimitStore(path) };
  const client = new Client({ ...options, logLevel: 'off', rateLimit });
  let outages = 0;
  client.on('rateLimitStore', ({ available }) => (outages += Number(!available)));
  const results = await Promise.allSettled(Array.from({ length: calls }, () => client.projects.list({ per_page: 1 })));
  console.log(JSON.stringify({ failed: results.filter(({ status }) => status === 'rejected').length, outages }));
  process.exit();`;

it('processes that share a limit through a file finish their calls while another one is killed', async () => {
  const { sandbox, ...api } = await limitedApi(100);
  const work = { ...api, path: join(temporaryFolder(), 'rate-limit.db') };
  const [doomed, ...survivors] = [1_000, 75, 75, 75].map((calls) => {
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', worker];
    return start(process.execPath, [...args, JSON.stringify({ ...work, calls })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  });
  // After a process ends, Node.js drops output that nobody has read.
  const printed = survivors.map(({ stdout }) => text(stdout!));
  await expect.poll(() => sandbox.requests.length).toBeGreaterThan(150);
  doomed!.kill();
  await once(doomed!, 'exit');

  const reports = (await Promise.all(printed)).map(
    (report) => JSON.parse(report) as { failed: number; outages: number },
  );
  expect(reports).toMatchObject(Array(3).fill({ failed: 0 }));
  // The killed process's requests in flight may count in the next window. A process whose store is late sends its equal
  // part, or the rest of the window if it knows of no other process.
  const outages = reports.reduce((sum, report) => sum + report.outages, 0);
  const refused = sandbox.requests.filter(({ status }) => status === 429);
  expect(refused.length).toBeLessThanOrEqual(10 + 100 * outages);
});

it.runIf(canRun('redis-server'))('the example many-workers runs unchanged, with Redis', async () => {
  const [{ baseUrl, apiToken }, server] = [await limitedApi(50), await startRedis()];
  onTestFinished(() => server.kill());
  const env = { EXAMPLE_API_TOKEN: apiToken, EXAMPLE_BASE_URL: baseUrl, REDIS_URL: server.url };
  const { stdout, stderr } = await run(process.execPath, ['examples/many-workers/main.ts', '30'], { env });
  // On a busy machine, the store may respond late. Then a process says so, and paces its calls on its own.
  if (stderr !== '') expect(stderr).toContain('The rate-limit store did not reply within');
  for (const name of ['one', 'two', 'three', 'four'])
    expect(stdout).toMatch(
      new RegExp(`^${name}: 30 of 30 done, 0 waiting, ${stderr === '' ? 0 : '\\d+'} refused$`, 'm'),
    );
  expect(stdout).toMatch(/\nDone in [\d.]+ s\.\n$/);
});
