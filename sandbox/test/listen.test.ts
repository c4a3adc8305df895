import { once } from 'node:events';
import { connect } from 'node:net';
import { createSandbox, type ListenOptions } from '@example/sandbox';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../test/support/free-port.ts';

const sandbox = createSandbox({ now: () => Date.parse('2024-01-01T00:00:00Z') });
afterEach(() => sandbox.close());

const headers = { Authorization: `Bearer ${sandbox.apiToken}` };

test('listen serves HTTP on a free port of this machine, and returns the base URL', async () => {
  const server = await sandbox.listen();
  expect(server.url).toBe(`http://127.0.0.1:${server.port}/v1`);

  const response = await fetch(`${server.url}/projects`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('date')).toBe('Mon, 01 Jan 2024 00:00:00 GMT');
  expect(response.headers.get('x-ratelimit-limit')).toBe('100');
});

test('await using closes the server at the end of the block', async () => {
  let url: string;
  {
    await using own = createSandbox();
    ({ url } = await own.listen());
    expect((await fetch(`${url}/projects`)).status).toBe(401);
  }
  await expect(fetch(`${url}/projects`)).rejects.toThrow('fetch failed');
});

test('the port and the address can be chosen; a port in use is an error', async () => {
  const first = await sandbox.listen({ host: '::1', port: await freePort() });
  expect(first.url).toBe(`http://[::1]:${first.port}/v1`);
  await expect(sandbox.listen({ host: '::1', port: first.port })).rejects.toThrow('EADDRINUSE');
  const second = await sandbox.listen(first.port);
  expect(second.url).toBe(`http://127.0.0.1:${first.port}/v1`);
});

test.each<[number | ListenOptions, string]>([
  [
    { prot: 1 } as ListenOptions,
    'Invalid options. `prot`: Unknown field. Known fields: port, host, allowedHosts, cors.',
  ],
  [{ port: 70_000 }, '`port`: Must be a whole number from 0 to 65535.'],
  [-1, '`port`'],
  [{ host: '' }, '`host`: Must be an address.'],
  [
    { allowedHosts: ['Sandbox'] },
    '`allowedHosts.0`: Must be a host name in lower case, without a port, such as sandbox.',
  ],
  [{ cors: ['https://app.example.com/'] }, '`cors.0`: Must be an origin, such as https://app.example.com.'],
])('listen(%j) is refused', async (where, message) => {
  await expect(sandbox.listen(where)).rejects.toThrow(message);
});

test('close ends open connections and can be called again', async () => {
  const server = await sandbox.listen();
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const ended = once(socket, 'close');
  await server.close();
  await ended;
  await server.close();
  await expect(fetch(`${server.url}/projects`)).rejects.toThrow(TypeError);
});
