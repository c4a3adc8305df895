import { createSandbox, type Sandbox } from '@example/sandbox';
import { afterEach, expect, test } from 'vitest';
import { type Change, errors, field, json } from '../support/changes.ts';
import { fakeApi } from '../support/fake-api.ts';
import { runCommand } from '../support/command.ts';

const token = 'sandbox_token_of_mine';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function localApi(): Promise<{ sandbox: Sandbox; url: string }> {
  const sandbox = createSandbox({ apiToken: token });
  closing.push(() => sandbox.close());
  return { sandbox, url: (await sandbox.listen()).url };
}

/** Another team's fake of the API: it has no control API. */
async function fake(change: Change): Promise<string> {
  const { url, close } = await fakeApi(createSandbox({ apiToken: token }), change);
  closing.push(close);
  return url;
}

async function check(args: readonly string[], env: Record<string, string> = { EXAMPLE_API_TOKEN: token }) {
  const command = runCommand(['check', ...args], env);
  return { exitCode: await command.exitCode, output: command.output() };
}

test('a server that does what the reference says passes, and keeps nothing of the check', async () => {
  const { sandbox, url } = await localApi();
  const { exitCode, output } = await check([`${url}/`]);
  expect(output).toMatch(/✓ users +25 of 25\n/);
  expect(output).toMatch(/\d+ checks: \d+ passed, 0 deviate, 5 not checked\. \d\d requests\.\n/);
  expect(output).toContain('Only checked with --exhaust.');
  expect(output).not.toContain("can't delete");
  expect(exitCode).toBe(0);
  expect(sandbox.state.users.list()).toEqual([]);
  expect(sandbox.requests.length).toBeLessThan(60);
});

test('--exhaust also checks how requests are refused', async () => {
  const { url } = await localApi();
  const { exitCode, output } = await check([url, '--exhaust', '--token', token], {});
  expect(output).toMatch(/✓ rate-limit +13 of 13\n/);
  expect(output).toMatch(/0 deviate, 0 not checked/);
  expect(exitCode).toBe(0);
});

test('a deviation is shown with what the reference says, the request and the response', async () => {
  const url = await fake(json('POST /users', field('created_at', undefined)));
  const { exitCode, output } = await check([url]);
  expect(output).toMatch(/✗ users +23 of 25 {2}2 deviate\n/);
  expect(output).toMatch(
    new RegExp(
      '✗ users\\.create\\.created_at\n' +
        ' {2}Reference {2}The `created_at` of a user that was created is a time in ISO 8601.*\n' +
        ' {2}Server {5}`created_at` is missing\\.\n' +
        ' {2}POST /users \\{"name":"example-sandbox-check .*","password":"\\[redacted\\]"\\}\n' +
        ' {2}← 201 application/json \\{"id":"user_\\d+",.*\\}\n',
    ),
  );
  expect(output).toMatch(/The API can't delete the users that the check created\. .*example-sandbox-check: user_123, /);
  expect(output).not.toContain('Secure-');
  expect(exitCode).toBe(1);
});

test('a deviation from an assumption is shown with what the SDK does about it', async () => {
  const url = await fake(async ({ req }, next) => {
    req.raw.headers.delete('Idempotency-Key');
    await next();
  });
  const { exitCode, output } = await check([url]);
  expect(output).toContain('✗ assumptions.idempotency-key\n  Assumption A POST that is repeated');
  expect(output).toContain('  SDK        The SDK relies on it only with `apiSupportsIdempotencyKeys: true`.');
  expect(exitCode).toBe(1);
  for (const skipped of ['assumptions', 'assumptions.idempotency-key']) {
    expect(await check([url, '--skip', `${skipped},users.create.now`])).toMatchObject({ exitCode: 0 });
  }
});

test('--json prints a line for each check and a summary, without the token', async () => {
  const url = await fake(errors('*', (body, { req }) => field('error.message', req.header('Authorization'))(body)));
  const { exitCode, output } = await check([url, '--json']);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ result }) => result === 'deviates').map(({ id }) => id)).toContain('responses.no-token');
  expect(lines.find(({ id }) => id === 'responses.no-token')).toMatchObject({
    type: 'check',
    says: 'No response repeats the token.',
    problem: 'It repeats the token.',
    request: { method: 'GET', path: expect.stringContaining('per_page=1000') },
    response: { status: 422, body: expect.stringContaining('[redacted]') },
  });
  expect(lines.at(-1)).toMatchObject({
    type: 'summary',
    url,
    checks: 88,
    users: [expect.any(String), expect.any(String)],
  });
  expect(output).not.toContain(token);
  expect(exitCode).toBe(1);
});

test.each([
  [['http://127.0.0.1:9/v1'], 1, 'No server responds at http://127.0.0.1:9/v1: '],
  [['http://api.example.com/v1'], 2, 'Use https: over http, anyone on the network path to api.example.com can read'],
  [['ftp://127.0.0.1/v1'], 2, 'It must be a URL that starts with http:// or https://.'],
  [
    ['http://127.0.0.1:9/v1', '--skip', 'tokens'],
    2,
    'There is no check tokens. Use the id of a check, or one of the areas',
  ],
  [[], 2, "missing required argument 'url'"],
])('%j is refused', async (args, code, message) => {
  const { exitCode, output } = await check(args);
  expect(output).toContain(message);
  expect(exitCode).toBe(code);
});

test('a token is needed, and one that the server does not accept is reported', async () => {
  const { url } = await localApi();
  expect(await check([url], {})).toEqual({
    exitCode: 2,
    output: 'check needs --token or the environment variable EXAMPLE_API_TOKEN.\n',
  });
  expect(await check([url, '--token', 'wrong'])).toEqual({
    exitCode: 1,
    output: `${url} does not accept the token (401).\n`,
  });
});
