import { describe, expect, it } from 'vitest';
import { CallError, ConnectionError, ExampleError, InvalidRequestError } from '@example/sdk';
import { NotFoundError, RateLimitWaitError, TimeoutError } from '@example/sdk';
import { clientOf, rejection } from '../support/http-server.ts';
import { replying } from '../support/replies.ts';

const target = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };

it('a ConnectionError has the reason in its message and, as far as it holds no secret, as its cause', async () => {
  const fetchFailed = new TypeError('fetch failed', { cause: new Error('other side closed') });
  const api = replying(() => Promise.reject(fetchFailed));
  const error = await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'));

  const url = `${api.url}/users/user_123`;
  const message = 'The request failed: other side closed (GET /users/{id})';
  const cause = { name: 'TypeError', message: 'fetch failed', cause: { message: 'other side closed' } };
  const ofKy = { message: `Request failed due to a network error: GET ${url}`, cause };
  expect(error).toMatchObject({ message, cause: ofKy });
  const shown = { name: 'ConnectionError', message, ...target, url, mayHaveTakenEffect: false };
  expect(JSON.parse(JSON.stringify(error))).toEqual(shown);
});

describe('instanceof', () => {
  class MyNotFoundError extends NotFoundError {}
  const gone = { ...target, status: 404, message: 'Gone', headers: new Headers() };
  const classes = { ExampleError, CallError, NotFoundError, MyNotFoundError, ConnectionError, TimeoutError };

  it.each<[what: string, value: unknown, is: string]>([
    ['an error of a status', new NotFoundError(gone), 'ExampleError CallError NotFoundError'],
    ['one of a derived class', new MyNotFoundError(gone), 'ExampleError CallError NotFoundError MyNotFoundError'],
    ['a timeout', new TimeoutError('late', target), 'ExampleError CallError ConnectionError TimeoutError'],
    ['no connection', new ConnectionError('broken', target), 'ExampleError CallError ConnectionError'],
    ['a wait', new RateLimitWaitError('busy', target, 60), 'ExampleError CallError'],
    ['a mistake', new InvalidRequestError('wrong'), 'ExampleError'],
    ...[undefined, null, 404, 'NotFoundError', {}, new Error('404'), { name: 'NotFoundError' }].map(
      (value): [string, unknown, string] => ['no error of the SDK', value, ''],
    ),
  ])('of %s, %s: %s', (_, value, is) => {
    const all = Object.entries(classes).filter(([, each]) => value instanceof each);
    expect(all.map(([name]) => name).join(' ')).toBe(is);
    if (value instanceof CallError) expect(value).toMatchObject(target);
  });
});

it('an error that is not about a call has its name where people look for it', () => {
  const error = new InvalidRequestError('wrong');
  expect([error.name, String(error)]).toEqual(['InvalidRequestError', 'InvalidRequestError: wrong']);
  expect(error.stack).toMatch(/^InvalidRequestError: wrong\n/);
  expect(Object.keys(error)).toEqual([]);
  expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'InvalidRequestError', message: 'wrong' });
});
