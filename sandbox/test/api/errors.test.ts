import { createSandbox, type Sandbox, type SandboxServer } from '@example/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, john, over } from '../support/calls.ts';

const local = createSandbox({ rateLimit: { limit: 10_000 } });
let server: SandboxServer;
beforeAll(async () => {
  server = await local.listen();
});
afterAll(() => local.close());

async function expectError(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const body = (await response.json()) as { error: Record<string, unknown> };
  expect(Object.keys(body)).toEqual(['error']);
  expect(Object.keys(body.error)).toEqual(['code', 'message', 'details']);
  expect(body.error['code']).toBe(code);
  expect(body.error['message']).toMatch(/\.$/);
}

describe.each(['sandbox.fetch', 'HTTP'])('over %s', (transport) => {
  const sandbox = (): Sandbox => (transport === 'HTTP' ? over(server, local) : local);

  test.each(['GET /v1', 'GET /v2/users/user_123', 'GET /v1/users/', 'POST /v1/planets', 'GET /v1/projects/proj_123'])(
    '%s is no route: 404',
    async (request) => expectError(await call(sandbox(), request), 404, 'unknown_path'),
  );

  test.each([
    ['DELETE /v1/users/user_123', 'GET, HEAD'],
    ['PUT /v1/users/user_123', 'GET, HEAD'],
    ['POST /v1/users/user_123', 'GET, HEAD'],
    ['GET /v1/users', 'POST'],
    ['PATCH /v1/users', 'POST'],
    ['POST /v1/projects', 'GET, HEAD'],
    ['DELETE /v1/projects', 'GET, HEAD'],
  ])('%s has the wrong method: 405, and Allow: %s', async (request, allow) => {
    const response = await call(sandbox(), request);
    expect(response.headers.get('allow')).toBe(allow);
    await expectError(response, 405, 'method_not_allowed');
  });

  test.each([
    ['nothing', ''],
    ['half an object', '{"name": "John'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"name"'],
    ['a hundred thousand brackets', '['.repeat(100_000)],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
    ['half a character', new Uint8Array([0x22, 0xf0, 0x9f])],
  ])('a body of %s: 400', async (_, body) => {
    await expectError(await call(sandbox(), 'POST /v1/users', { body }), 400, 'invalid_json');
  });

  test.each([
    ['no content type', {}],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['text', { 'Content-Type': 'text/plain' }],
    ['another charset', { 'Content-Type': 'application/json; charset=latin1' }],
  ])('%s: 415', async (_, headers) => {
    const body = new TextEncoder().encode(JSON.stringify(john));
    const response = await sandbox().fetch('https://api.example.com/v1/users', {
      method: 'POST',
      body,
      headers: { Authorization: `Bearer ${local.apiToken}`, ...headers },
    });
    await expectError(response, 415, 'unsupported_media_type');
  });

  test('the charset UTF-8 is accepted', async () => {
    const response = await call(sandbox(), 'POST /v1/users', {
      json: { ...john, email: `${transport.replace('.', '')}@example.com` },
      headers: { 'Content-Type': 'Application/JSON; Charset="UTF-8"' },
    });
    expect(response.status).toBe(201);
  });

  test('a body of 2 MB gets a 413', async () => {
    const response = await call(sandbox(), 'POST /v1/users', { json: { ...john, name: 'x'.repeat(2_000_000) } });
    await expectError(response, 413, 'payload_too_large');
  });
});
