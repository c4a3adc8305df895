import { beforeEach, describe, expect, it } from 'vitest';
import { APIError, ConnectionError } from '@example/sdk';
import { clientOf, fail, newUser, rejection, serve, type TestServer } from '../support/http-server.ts';
import { fixJitter, useVirtualTime } from '../support/virtual-time.ts';

// What the runtime's `fetch` does with some statuses before the SDK sees them. docs/retries.md says so.

beforeEach(useVirtualTime);
beforeEach(() => fixJitter(0));

const calls = {
  GET: (server: TestServer) => clientOf(server).users.get('user_123'),
  POST: (server: TestServer) => clientOf(server).users.create(newUser),
};

describe('421, by which a server says that it has not processed the request,', () => {
  it.each(['GET', 'POST'] as const)('makes fetch repeat a %s once, on another connection', async (method) => {
    const server = await serve((_, response) => fail(response, 421));

    expect(await rejection(calls[method](server))).toMatchObject({ status: 421, name: APIError.name });
    expect(server.requests.map((request) => request.method)).toEqual([method, method]);
    expect(server.connections()).toBe(2);
  });
});

describe('407, which fetch hides,', () => {
  it.each([
    ['GET', 3],
    ['POST', 1],
  ] as const)('is a lost connection: a %s is sent %i times', async (method, times) => {
    const server = await serve((_, response) => fail(response, 407));

    const error = await rejection(calls[method](server));

    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain('The request failed: fetch failed');
    expect(server.requests).toHaveLength(times);
  });
});
