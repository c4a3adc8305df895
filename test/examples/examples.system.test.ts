import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox } from '@example/sandbox';

const run = promisify(execFile);

/** Runs an example as a user does, with the built package, against a local API of its own. */
async function runExample(name: string): Promise<string> {
  const sandbox = createSandbox();
  const { url } = await sandbox.listen();
  onTestFinished(() => sandbox.close());
  const env = { PATH: process.env['PATH'], EXAMPLE_API_TOKEN: sandbox.apiToken, EXAMPLE_BASE_URL: url };
  const { stdout, stderr } = await run(process.execPath, [`examples/${name}.ts`], { env });
  expect(stderr).toBe('');
  return stdout;
}

describe('the examples run as they stand', () => {
  it('quick-start', async () => {
    expect(await runExample('quick-start')).toMatch(/^Created Ada Lovelace as user_\w+\.\n$/);
  });

  it('iterate-projects', async () => {
    const lines = (await runExample('iterate-projects')).trim().split('\n');

    const active = lines.filter((line) => /^proj_\w+ {2}\S/.test(line));
    expect(new Set(active).size).toBe(60);
    expect(lines.slice(60)).toEqual([
      '60 active projects.',
      'Page 2 of 3 has 40 projects.',
      'Page 3 has 20.',
      'The newest 30 are at hand.',
    ]);
  });

  it('handle-errors', async () => {
    expect((await runExample('handle-errors')).trim().split('\n')).toEqual([
      'Unknown id: undefined',
      expect.stringMatching(/^Invalid: name: .+; email: .+; password: .+/),
      'Valid: Welcome, Ada.',
      'Duplicate: This email address already has an account.',
      expect.stringMatching(/^Never sent: id must be a non-empty string/),
    ]);
  });

  it('tracing', async () => {
    expect((await runExample('tracing')).trim().split('\n')).toEqual([
      '100 projects.',
      'GET /projects below GET /projects: 200', // the attempt
      'GET /projects below count projects: 200', // the call
      'count projects below nothing: undefined',
    ]);
  });

  it('any-endpoint', async () => {
    expect((await runExample('any-endpoint')).trim().split('\n')).toEqual([
      `Created in ${new Date().getUTCFullYear()}`,
      'Read Ada Lovelace',
      '100 projects',
      '60 active projects',
      expect.stringMatching(/ \(404 DELETE \/teams\/\{id\}\)$/),
    ]);
  });

  it('cancel-and-time-out', async () => {
    const lines = (await runExample('cancel-and-time-out')).trim().split('\n');

    expect(lines.slice(0, 2)).toEqual(['100 projects.', expect.stringMatching(/^Too slow: .+ \(GET \/projects\)$/)]);
    expect(lines.at(-1)).toBe('Stopped after 20: Error: twenty are enough');
    expect(lines).toHaveLength(2 + 20 + 1);
  });
});

describe('npm run demo', () => {
  it('does the main job, is short, and ends cleanly', async () => {
    const { stdout, stderr } = await run(process.execPath, ['examples/demo.ts'], { env: { NO_COLOR: '1' } });

    expect(stderr).toBe('');
    expect(stdout).toContain('John Doe <john@example.com>');
    expect(stdout).toMatch(/60 projects: .+/);
    expect(stdout).toMatch(/[█░]{20} +\d+ of 100 left +answered +\d+ +waiting +[1-9]\d* +refused 0 /);
    expect(stdout).toContain('250 users read, and 0 requests refused.');
    expect(stdout.match(/Attempt \d got 503\. The next one follows in \d+ ms\./g)).toHaveLength(2);
    expect(stdout).toContain('Found John Doe after all.');
    expect(stdout).toContain('Welcome, Ada Lovelace! The signature was verified.');
    expect(stdout.split('\n').length).toBeLessThan(40);
  });
});
