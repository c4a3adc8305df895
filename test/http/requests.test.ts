import { describe, expect, it } from 'vitest';
import { VERSION } from '@example/sdk';
import { clientOf, json, newUser, serve, user } from '../support/http-server.ts';

const answer = () => serve((_, response) => json(response, 200, user));

describe('a request', () => {
  it('has the headers that the reference documents', async () => {
    const server = await answer();
    const client = clientOf(server);

    await client.users.get('user_123');
    await client.users.create(newUser);

    expect(server.requests).toMatchObject([{ body: '' }, { headers: { 'content-type': 'application/json' } }]);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({
        authorization: 'Bearer token-that-nobody-may-see',
        accept: 'application/json',
        'user-agent': expect.stringMatching(new RegExp(`^example-sdk/${VERSION} Node\\.js/\\d+$`)) as unknown,
      });
    }
  });

  it('has the headers of the client and of the call; those of the call win', async () => {
    const server = await answer();
    const client = clientOf(server, { headers: { 'X-Team': 'blue', 'X-App': 'one', 'User-Agent': 'mine/1' } });

    await client.users.get('user_123', { headers: new Headers({ 'x-app': 'two' }) });
    await client.users.get('user_123', { headers: { 'x-team': undefined } });

    expect(server.requests[0]?.headers).toMatchObject({ 'x-team': 'blue', 'x-app': 'two', 'user-agent': 'mine/1' });
    expect(server.requests[1]?.headers).not.toHaveProperty('x-team');
  });

  it('has the idempotency key', async () => {
    const server = await answer();

    await clientOf(server).users.create(newUser, { idempotencyKey: 'signup-42' });

    expect(server.requests[0]?.headers['idempotency-key']).toBe('signup-42');
  });
});

describe('connections', () => {
  it('are kept alive and reused', async () => {
    const server = await answer();
    const client = clientOf(server);

    for (let call = 0; call < 10; call++) await client.users.get('user_123');

    expect(server.requests).toHaveLength(10);
    // The next call may start before the connection of the last is free, but they do not pile up.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});
