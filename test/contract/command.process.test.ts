import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { signWebhook } from '@example/sdk/webhooks';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { startPrinting } from '../support/child-process.ts';

/** Runs the command against a sandbox, and returns how it ended. */
async function contract(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.close());
  const { url } = await sandbox.listen();
  const env = { PATH: process.env['PATH'], EXAMPLE_BASE_URL: url, EXAMPLE_API_TOKEN: sandbox.apiToken, ...environment };
  const { child, output } = startPrinting('node', ['contract/main.ts', ...args], { env });
  const [code] = (await once(child, 'close')) as [number];
  const answered = sandbox.requests.filter(({ status }) => status !== 401);
  return { code, output: output(), methods: [...new Set(answered.map(({ method }) => method))] };
}

it('checks a saved delivery, only reads, and exits with 0 if nothing is false', async () => {
  const secret = `whsec_${btoa('a secret of 24 bytes or so')}`;
  const body = '{"event":"user.created","data":{"id":"user_1"},"timestamp":"2026-01-01T00:00:00Z"}';
  const headers = await signWebhook({ id: 'msg_1', timestamp: Date.UTC(2026, 0, 1) / 1_000, body, secret });
  const file = join(temporaryFolder(), 'delivery.json');
  await writeFile(file, JSON.stringify({ headers, body }));

  const { code, output, methods } = await contract(['--delivery', file], { EXAMPLE_WEBHOOK_SECRET: secret });

  expect(output).toMatch(/^\| webhook-signature +\| holds +\| 1 signature verified\. +\| msg_1 +\|$/m);
  expect(output).not.toContain("doesn't hold");
  expect([code, methods]).toEqual([0, ['GET']]);
});

it('exits with 1 if an assumption is false, and says what to do', async () => {
  const { code, output } = await contract(['--write']);
  expect(output).toMatch(/\n- idempotency-keys: You get an error .+ Set \[`apiSupportsIdempotencyKeys`\]/);
  expect(code).toBe(1);
});

it.each<[problem: string, args: string[], changes: Record<string, string>, message: string]>([
  ['there is no token', [], { EXAMPLE_API_TOKEN: '' }, 'Set EXAMPLE_BASE_URL and EXAMPLE_API_TOKEN.'],
  ['a flag needs another', ['--webhook-url', 'https://tunnel.example'], {}, '--webhook-url needs --write.'],
  ['the token is wrong', [], { EXAMPLE_API_TOKEN: 'wrong' }, '401 GET /projects'],
])('exits with 2 and checks nothing if %s', async (_, args, changes, message) => {
  const { code, output, methods } = await contract(args, changes);
  expect([code, output, methods]).toEqual([2, expect.stringContaining(message), []]);
  expect(output).not.toContain('| assumption');
});
