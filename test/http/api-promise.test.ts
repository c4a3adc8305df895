import { describe, expect, it } from 'vitest';
import { InvalidRequestError, NotFoundError, ResponseValidationError } from '@example/sdk';
import { clientOf, fail, json, newUser, rejection, serve, user } from '../support/http-server.ts';

const limits = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '99', 'x-ratelimit-reset': '1640995200' };
const answer = () => serve((_, response) => json(response, 200, user, limits));

describe('a call', () => {
  it('is awaited for its value', async () => {
    expect(await clientOf(await answer()).users.get('user_123')).toEqual(user);
  });

  it('is sent once, however often it is asked', async () => {
    const server = await answer();
    const call = clientOf(server).users.get('user_123');

    expect(
      await Promise.all([call, call.then((value) => value.id), call.withResponse(), call.finally()]),
    ).toMatchObject([user, 'user_123', { data: user }, user]);
    expect(await call).toEqual(user);
    expect(server.requests).toHaveLength(1);
  });

  it('is sent even if nobody awaits it', async () => {
    const server = await answer();

    const call = clientOf(server).users.create(newUser);
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (server.requests.length === 0) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });

    expect(Object.prototype.toString.call(call)).toBe('[object APIPromise]');
    expect(server.requests).toHaveLength(1);
  });

  it('behaves as a promise when it fails', async () => {
    const server = await serve((_, response) => fail(response, 404));
    const call = clientOf(server).users.get('user_123');
    let isFinished = false;

    expect(await call.catch((error: unknown) => error)).toBeInstanceOf(NotFoundError);
    expect(await rejection(call.finally(() => (isFinished = true)))).toBeInstanceOf(NotFoundError);
    expect(isFinished).toBe(true);
    expect(await rejection(call.withResponse())).toBeInstanceOf(NotFoundError);
    expect(await rejection(call.asResponse())).toBeInstanceOf(NotFoundError);
  });
});

describe('withResponse()', () => {
  it('has the value, the response, and the rate limit as reported', async () => {
    const { data, response, rateLimit } = await clientOf(await answer())
      .users.get('user_123')
      .withResponse();

    expect(data).toEqual(user);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(rateLimit).toEqual({ limit: 100, remaining: 99, reset: 1640995200 });
  });

  it('has no rate limit where none was reported', async () => {
    const server = await serve((_, response) => json(response, 200, user));

    expect((await clientOf(server).users.get('user_123').withResponse()).rateLimit).toBeUndefined();
  });
});

describe('asResponse()', () => {
  it('leaves the body to the caller, whatever it is', async () => {
    const server = await serve((_, response) => response.end('plain text'));

    const response = await clientOf(server).users.get('user_123').asResponse();

    expect(response.bodyUsed).toBe(false);
    expect(await response.text()).toBe('plain text');
  });

  it('comes as soon as the headers are there, and no timeout ends the body after that', async () => {
    let finish = () => undefined as unknown;
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('first ');
      finish = () => response.end('last');
    });

    const response = await clientOf(server, { timeout: 500 }).users.get('user_123', { totalTimeout: 500 }).asResponse();
    await new Promise((resolve) => setTimeout(resolve, 600));
    finish();

    expect(await response.text()).toBe('first last');
  });

  it('hands the caller a body that the signal still ends', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('first ');
    });

    const response = await clientOf(server).users.get('user_123', { signal: controller.signal }).asResponse();
    const text = response.text();
    controller.abort(new Error('changed my mind'));

    expect(await rejection(text)).toEqual(new Error('changed my mind'));
  });

  it('is retried and fails as the value does', async () => {
    let status = 500;
    const server = await serve((_, response) => {
      json(response, status, user);
      status = 200;
    });

    expect((await clientOf(server).users.get('user_123').asResponse()).status).toBe(200);
    expect(server.requests).toHaveLength(2);
  });

  it('can be had beside the value: the response then has the body once more', async () => {
    const server = await answer();
    const call = clientOf(server).users.get('user_123');

    const [response, value] = await Promise.all([call.asResponse(), call]);

    expect(value).toEqual(user);
    expect(await response.json()).toEqual(user);
    expect(response.headers.get('x-ratelimit-limit')).toBe('100');
    expect(server.requests).toHaveLength(1);
  });

  it('can be had beside a value that was empty', async () => {
    const server = await serve((_, response) => response.writeHead(204).end());
    const call = clientOf(server).users.get('user_123');

    expect(await rejection(call)).toBeInstanceOf(ResponseValidationError);
    expect((await call.asResponse()).status).toBe(204);
  });

  it('can be followed by the value, as long as the body is unread', async () => {
    const server = await answer();
    const call = clientOf(server).users.get('user_123');
    expect((await call.asResponse()).status).toBe(200);

    expect(await call).toEqual(user);
    expect(server.requests).toHaveLength(1);
  });

  it('can not be followed by the value once the caller has read the body', async () => {
    const call = clientOf(await answer()).users.get('user_123');
    await (await call.asResponse()).text();

    expect(await rejection(call)).toBeInstanceOf(InvalidRequestError);
  });
});
