import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox } from '@example/sandbox';
import { canRun, RedisServer } from '../support/redis-server.ts';

describe.runIf(canRun('redis-server'))('the example many-workers', () => {
  it('runs as it stands: four processes share the budget, and none is refused while the store answers in time', async () => {
    const redis = await RedisServer.start('redis-server');
    onTestFinished(() => redis.kill());
    const sandbox = createSandbox({ rateLimit: { limit: 50, window: 2000 } });
    const { url } = await sandbox.listen();
    onTestFinished(() => sandbox.close());

    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['examples/many-workers/main.ts', '30'], {
      env: {
        PATH: process.env['PATH'],
        EXAMPLE_API_TOKEN: sandbox.apiToken,
        EXAMPLE_BASE_URL: url,
        REDIS_URL: redis.url,
      },
    });

    // On a busy machine, the store may answer late. Then a process says so, and paces its calls on its own.
    const late = 'The rate-limit store did not answer within';
    if (stderr !== '') expect(stderr).toContain(late);
    const refused = stderr === '' ? '0' : String.raw`\d+`;
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines.slice(0, 4)) {
      const end = `█{30} {2}30 of 30 done, 0 waiting, ${refused} refused, \\d+ left in the window$`;
      expect(line).toMatch(new RegExp(`^(one|two|three|four) +${end}`));
    }
    expect(lines[4]).toMatch(/^Done in [\d.]+ s\.$/);
  });
});
