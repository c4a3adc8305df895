import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox, type Sandbox } from '@example/sandbox';
import { startHiddenApi, startProxy } from '../support/networks.ts';

const run = promisify(execFile);

/** Runs an example as a user does, with the built package. Returns what it printed. */
async function printed(name: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const env = { PATH: process.env['PATH'], ...environment };
  const { stdout, stderr } = await run(process.execPath, [`examples/${name}.ts`], { env });
  expect(stderr).toBe('');
  return stdout;
}

/** The same with a local API of its own, which may be prepared. */
async function runExample(name: string, prepare: (sandbox: Sandbox) => void = () => undefined) {
  const sandbox = createSandbox();
  prepare(sandbox);
  const { url } = await sandbox.listen();
  onTestFinished(() => sandbox.close());
  const stdout = await printed(name, { EXAMPLE_API_TOKEN: sandbox.apiToken, EXAMPLE_BASE_URL: url });
  return { stdout, sandbox, lines: stdout.trim().split('\n') };
}

describe('the examples run as they stand', () => {
  it('quick-start', async () => {
    expect((await runExample('quick-start')).stdout).toMatch(/^Created Ada Lovelace as user_\w+\.\n$/);
  });

  it('iterate-projects', async () => {
    const lines = (await runExample('iterate-projects')).lines;

    const active = lines.filter((line) => /^proj_\w+ {2}\S/.test(line));
    expect(new Set(active).size).toBe(60);
    expect(lines.slice(60)).toEqual([
      '60 active projects.',
      'Page 2 of 3 has 40 projects.',
      'The next one has 20.',
      'The newest 30 are at hand.',
    ]);
  });

  it('handle-errors', async () => {
    expect((await runExample('handle-errors')).lines).toEqual([
      'Unknown id: undefined',
      expect.stringMatching(/^Invalid: name: .+; email: .+; password: .+/),
      'Valid: Welcome, Ada.',
      'Duplicate: This email address already has an account.',
      expect.stringMatching(/^Never sent: id must be a non-empty string/),
    ]);
  });

  it('tracing', async () => {
    expect((await runExample('tracing')).lines).toEqual([
      '100 projects.',
      'GET /projects below GET /projects: 200', // the attempt
      'GET /projects below count projects: 200', // the call
      'count projects below nothing: undefined',
    ]);
  });

  it('observe-calls', async () => {
    const { stdout, sandbox } = await runExample('observe-calls', (sandbox) => sandbox.faults.next({ status: 503 }));

    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^Attempt 1 of \/projects failed\. The next one follows in \d+ ms\.$/),
      'GET /projects: success, 200, 2 attempts',
      'GET /users/{id}: failure, 404, 1 attempts',
      'GET /users/{id}: failure, no status, 0 attempts',
      'GET /projects: success, 200, 1 attempts',
      expect.stringMatching(/^Quote this id to support: req_\w+$/),
    ]);
    const ids = sandbox.requests.map(({ headers }) => headers['x-correlation-id']);
    expect(ids).toEqual([1, 2, 1, 1].map((attempt) => expect.stringMatching(`^call_\\d+/${attempt}$`) as string));
  });

  it('logging', async () => {
    const { stdout, sandbox } = await runExample('logging');

    const lines = stdout.split('\n');
    for (const name of ['pino', 'winston']) {
      const written = lines.filter((line) => line.startsWith('{"')).map((line) => JSON.parse(line) as object);
      expect(written).toContainEqual(
        expect.objectContaining({
          route: '/users',
          attempt: 1,
          headers: expect.objectContaining({ authorization: '[redacted]' }) as object,
          body: { name, email: expect.stringContaining(name) as string, password: '[redacted]' },
          ...(name === 'pino' ? { level: 20, msg: expect.any(String) as string } : { level: 'debug' }),
        }),
      );
      expect(written).toContainEqual(expect.objectContaining({ route: '/users', status: 201 }));
    }
    expect(stdout).toMatch(/^\[@example\/sdk\] POST \/users: answered 201 after [\d.]+ ms\. \{\n/m);
    expect(stdout).not.toContain('analytical-engine');
    expect(stdout).not.toContain(sandbox.apiToken);
  });

  it('behind-a-proxy', async () => {
    const api = await startHiddenApi();
    const proxy = await startProxy(api.port);
    onTestFinished(async () => {
      await proxy[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    });
    const environment = { EXAMPLE_API_TOKEN: api.sandbox.apiToken, NODE_EXTRA_CA_CERTS: api.authority };

    expect(await printed('behind-a-proxy', { ...environment, HTTPS_PROXY: proxy.url })).toBe(
      '100 projects, read through a proxy.\n',
    );
    expect(proxy.targets).toEqual(['api.example.com:443']);
  });

  it('from-fetch', async () => {
    expect((await runExample('from-fetch')).stdout).toBe('60 projects by hand, 60 with the SDK.\n');
  });

  it('any-endpoint', async () => {
    expect((await runExample('any-endpoint')).lines).toEqual([
      `Created in ${new Date().getUTCFullYear()}`,
      'Read Ada Lovelace',
      '100 projects',
      '60 active projects',
      expect.stringMatching(/ \(404 DELETE \/teams\/\{id\}, http:\S+\/teams\/team_1\)$/),
    ]);
  });

  it('cancel-and-time-out', async () => {
    const lines = (await runExample('cancel-and-time-out')).lines;

    expect(lines.slice(0, 2)).toEqual(['100 projects.', expect.stringMatching(/^Too slow: .+ \(GET \/projects\)$/)]);
    expect(lines.at(-1)).toBe('Stopped after 20: Error: twenty are enough');
    expect(lines).toHaveLength(2 + 20 + 1);
  });
});

describe('npm run demo', () => {
  it('does the main job, is short, and ends cleanly', async () => {
    const { stdout, stderr } = await run(process.execPath, ['examples/demo.ts'], { env: { NO_COLOR: '1' } });

    expect(stderr).toBe('');
    expect(stdout).toContain('John Doe john@example.com');
    expect(stdout).toMatch(/60 projects: .+/);
    expect(stdout).toMatch(/[█░]{8} +\d+\/100 left +\d+ sent +[1-9]\d* waiting +0 refused\n/);
    const gauge = stdout.split('\n').filter((line) => line.includes('refused') && line.includes('░'));
    expect(Math.max(...gauge.map((line) => line.length))).toBeLessThan(60);
    // In a pipe, no line says again what the one before said.
    const waiting = gauge.map((line) => /(\d+) waiting/.exec(line)?.[1]);
    expect(waiting).toEqual([...new Set(waiting)]);
    expect(stdout).toMatch(
      /\nNext\n {2}Keep .+\n {2}npx @example\/sandbox\n[^]+ {2}Then read README\.md and docs\/tasks\.md\.\n$/,
    );
    expect(stdout).toContain('250 users read, and 0 requests refused.');
    expect(stdout.match(/Attempt \d got 503\. The next one follows in \d+ ms\./g)).toHaveLength(2);
    expect(stdout).toContain('Found John Doe after all.');
    expect(stdout).toContain('Welcome, Ada Lovelace! The signature was verified.');
    expect(stdout.split('\n').length).toBeLessThan(40);
  });
});
