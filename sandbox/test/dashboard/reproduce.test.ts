import { execFileSync } from 'node:child_process';
import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { asCurl, asSdkCall } from '../../src/dashboard/requests/reproduce.ts';
import { call, john } from '../support/calls.ts';

type Options = Parameters<typeof call>[2];

async function recorded(request: string, options?: Options) {
  const sandbox = createSandbox();
  await call(sandbox, request, options);
  return sandbox.requests[0]!;
}

const curl = async (request: string, options?: Options) =>
  asCurl(await recorded(request, options), 'http://127.0.0.1:4010');
const sdk = async (request: string, options?: Options) => asSdkCall(await recorded(request, options));

describe('as a cURL command', () => {
  test('a read', async () => {
    expect(await curl('GET /v1/projects?page=2&status=active')).toBe(
      `curl 'http://127.0.0.1:4010/v1/projects?page=2&status=active' \\
  --header "Authorization: Bearer $EXAMPLE_API_TOKEN"`,
    );
  });

  test.each(['//evil.example/v1', '/\\evil.example/v1', '/@evil.example/'])(
    '%s goes to the sandbox',
    async (target) => {
      const sandbox = createSandbox();
      await sandbox.fetch(`https://api.example.com${target}`);
      const [, url = ''] = /^curl '?([^' ]+)/.exec(asCurl(sandbox.requests[0]!, 'http://127.0.0.1:4010')) ?? [];
      expect(new URL(url).origin).toBe('http://127.0.0.1:4010');
    },
  );

  test('a write, with the headers that matter', async () => {
    const headers = { 'Idempotency-Key': 'import-7', 'User-Agent': 'me', 'X-Trace': 'a b' };
    expect(await curl('POST /v1/users', { json: john, headers })).toBe(
      `curl http://127.0.0.1:4010/v1/users \\
  --header "Authorization: Bearer $EXAMPLE_API_TOKEN" \\
  --header 'content-type: application/json' \\
  --header 'idempotency-key: import-7' \\
  --header 'x-trace: a b' \\
  --data-raw '{"name":"John Doe","email":"john@example.com","password":"[redacted]"}'`,
    );
  });

  test('other methods', async () => {
    expect(await curl('HEAD /v1/projects')).toMatch(/^curl --head http/);
    expect(await curl('POST /v1/users', { body: '{' })).toContain(`--data-raw '{'`);
    expect(await curl('DELETE /v1/projects')).toMatch(/^curl --request DELETE http/);
  });

  test('a shell reads every character as it was sent', async () => {
    const name = `it's "$HOME" \`id\` \\ ü\n!`;
    const command = await curl('POST /v1/users', { json: { name } });
    const script = command.replace(/^curl/, 'printf "%s\\n"');
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(words).toContain(`--data-raw\n${JSON.stringify({ name })}\n`);
  });
});

const key = { headers: { 'Idempotency-Key': 'k' } };
test.each<[string, Options, string]>([
  ['GET /v1/users/user_123', {}, 'await client.users.get("user_123");'],
  ['GET /v1/users/a%2Fb', {}, 'await client.users.get("a/b");'],
  ['GET /v1/projects', {}, 'await client.projects.list();'],
  ['GET /v1/projects?page=2&status=a', {}, 'await client.projects.list({ "page": 2, "status": "a" });'],
  ['POST /v1/users', { ...key, json: { a: 1 } }, 'await client.users.create({ "a": 1 }, { idempotencyKey: "k" });'],
  ['POST /v1/users', {}, 'await client.users.create({});'],
  ['GET /v1/planets/planet_1', {}, 'await client.request("GET", "/planets/planet_1");'],
  [
    'POST /v1/planets?q=x',
    { ...key, json: {} },
    'await client.request("POST", "/planets", { "query": { "q": "x" }, "body": {}, "idempotencyKey": "k" });',
  ],
])('as a call of the SDK: %s %j', async (request, options, expected) => {
  expect((await sdk(request, options)).replaceAll(/\n */g, ' ')).toBe(expected);
});
