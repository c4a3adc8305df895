import { describe, expect, it } from 'vitest';
import {
  CallError,
  ConnectionError,
  ExampleError,
  InvalidRequestError,
  NotFoundError,
  RateLimitWaitError,
  TimeoutError,
} from '@example/sdk';
import { clientOf, rejection } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

it('a ConnectionError has the reason in its message and, as far as it holds no secret, as its cause', async () => {
  const cause = new TypeError('fetch failed', { cause: new Error('other side closed') });
  const api = inProcessApi(() => Promise.reject(cause));

  const error = await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'));

  const url = `${api.url}/users/user_123`;
  const message = 'The request failed: other side closed (GET /users/{id})';
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({
    message,
    cause: {
      message: `Request failed due to a network error: GET ${url}`, // of ky
      cause: { name: 'TypeError', message: 'fetch failed', cause: { message: 'other side closed' } },
    },
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ConnectionError',
    message,
    method: 'GET',
    path: '/users/user_123',
    route: '/users/{id}',
    url,
    mayHaveTakenEffect: false,
  });
});

const target = { method: 'GET', path: '/users/1', route: '/users/{id}' };
const gone = { ...target, status: 404, message: 'Gone', headers: new Headers() };

describe('instanceof', () => {
  it('tells a class that a user derives from the others', () => {
    class MyNotFoundError extends NotFoundError {}

    expect(new MyNotFoundError(gone)).toBeInstanceOf(NotFoundError);
    expect(new MyNotFoundError(gone)).toBeInstanceOf(MyNotFoundError);
    expect(new NotFoundError(gone)).not.toBeInstanceOf(MyNotFoundError);
  });

  it.each([undefined, null, 404, 'NotFoundError', {}, new Error('404'), { name: 'NotFoundError' }])(
    'is false for what is no error of the SDK: %s',
    (value) => {
      expect(value instanceof NotFoundError).toBe(false);
      expect(value instanceof ExampleError).toBe(false);
    },
  );

  it('knows that a TimeoutError is a ConnectionError, and not the reverse', () => {
    expect(new TimeoutError('late', target)).toBeInstanceOf(ConnectionError);
    expect(new ConnectionError('broken', target)).not.toBeInstanceOf(TimeoutError);
  });

  it.each([new NotFoundError(gone), new TimeoutError('late', target), new RateLimitWaitError('busy', target, 60)])(
    'knows an error about a call as a CallError, which says what was called: %s',
    (error) => {
      expect(error).toBeInstanceOf(CallError);
      expect(error).toMatchObject(target);
      expect(error.message).toMatch(/[ (]GET \/users\/\{id\}\)$/);
    },
  );
});

it('an error that is not about a call has its name where people look for it', () => {
  const error = new InvalidRequestError('wrong');

  expect(error).not.toBeInstanceOf(CallError);
  expect(error.name).toBe('InvalidRequestError');
  expect(String(error)).toBe('InvalidRequestError: wrong');
  expect(error.stack).toMatch(/^InvalidRequestError: wrong\n/);
  expect(Object.keys(error)).toEqual([]);
  expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'InvalidRequestError', message: 'wrong' });
});
