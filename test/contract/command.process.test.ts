import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { signWebhook } from '@example/sdk/webhooks';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';

const cwd = join(import.meta.dirname, '../..');

/** Runs the command against a sandbox, and resolves to how it ended. */
async function contract(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.close());
  const { url } = await sandbox.listen();
  const api = { EXAMPLE_BASE_URL: url, EXAMPLE_API_TOKEN: sandbox.apiToken };
  const options = { cwd, env: { PATH: process.env['PATH'], ...api, ...environment } };
  return new Promise<{ code: number | null; stdout: string; stderr: string; methods: string[] }>((resolve) => {
    const child = execFile('node', ['contract/main.ts', ...args], options, (_, stdout, stderr) => {
      const answered = sandbox.requests.filter(({ status }) => status !== 401);
      const methods = [...new Set(answered.map(({ method }) => method))];
      resolve({ code: child.exitCode, stdout, stderr, methods });
    });
  });
}

it('checks a saved delivery, only reads, and exits with 0 if nothing is false', async () => {
  const secret = `whsec_${btoa('a secret of 24 bytes or so')}`;
  const body = '{"event":"user.created","data":{"id":"user_1"},"timestamp":"2026-01-01T00:00:00Z"}';
  const headers = await signWebhook({ id: 'msg_1', timestamp: Date.UTC(2026, 0, 1) / 1_000, body, secret });
  const file = join(temporaryFolder(), 'delivery.json');
  await writeFile(file, JSON.stringify({ headers, body }));

  const { code, stdout, methods } = await contract(['--delivery', file], { EXAMPLE_WEBHOOK_SECRET: secret });

  expect(stdout).toMatch(/^\| webhook-signature +\| holds +\| 1 signature verified\. +\| msg_1 +\|$/m);
  expect(stdout).not.toContain("doesn't hold");
  expect([code, methods]).toEqual([0, ['GET']]);
});

it('exits with 1 if an assumption is false, and says what to do', async () => {
  const { code, stdout } = await contract(['--write']);
  expect(stdout).toMatch(/\n- idempotency-keys: You get an error .+ Set \[`apiSupportsIdempotencyKeys`\]/);
  expect(code).toBe(1);
});

it.each<[problem: string, args: string[], changes: Record<string, string>, message: string]>([
  ['there is no token', [], { EXAMPLE_API_TOKEN: '' }, 'Set EXAMPLE_BASE_URL and EXAMPLE_API_TOKEN.'],
  ['a flag needs another', ['--webhook-url', 'https://tunnel.example'], {}, '--webhook-url needs --write.'],
  ['the token is wrong', [], { EXAMPLE_API_TOKEN: 'wrong' }, '401 GET /projects'],
])('exits with 2 and checks nothing if %s', async (_, args, changes, message) => {
  const { code, stdout, stderr, methods } = await contract(args, changes);
  expect(stderr).toContain(message);
  expect([code, stdout, methods]).toEqual([2, '', []]);
});
