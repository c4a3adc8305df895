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

const init = { status: 404, message: 'Gone', headers: new Headers(), method: 'GET', path: '/', route: '/' };

describe('instanceof', () => {
  it('tells a class that a user derives from the others', () => {
    class MyNotFoundError extends NotFoundError {}

    expect(new MyNotFoundError(init)).toBeInstanceOf(NotFoundError);
    expect(new MyNotFoundError(init)).toBeInstanceOf(MyNotFoundError);
    expect(new NotFoundError(init)).not.toBeInstanceOf(MyNotFoundError);
  });

  it.each([undefined, null, 404, 'NotFoundError', {}, new Error('404'), { name: 'NotFoundError' }])(
    'is false for what is no error of the SDK: %s',
    (value) => {
      expect(value instanceof NotFoundError).toBe(false);
      expect(value instanceof ExampleError).toBe(false);
    },
  );

  it('knows that a TimeoutError is a ConnectionError, and not the reverse', () => {
    const target = { method: 'GET', path: '/', route: '/' };

    expect(new TimeoutError('late', target)).toBeInstanceOf(ConnectionError);
    expect(new ConnectionError('broken', target)).not.toBeInstanceOf(TimeoutError);
  });
});

it('an error about a call is a CallError, which says what was called', () => {
  const target = { method: 'GET', path: '/users/1', route: '/users/{id}' };
  const errors = [
    new NotFoundError({ ...init, ...target }),
    new TimeoutError('late', target),
    new RateLimitWaitError('busy', target, 60),
  ];

  for (const error of errors) {
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject(target);
    expect(error.message).toMatch(/[ (]GET \/users\/\{id\}\)$/);
  }
  expect(new InvalidRequestError('wrong')).not.toBeInstanceOf(CallError);
});

describe('an error', () => {
  it('has its name where people look for it', () => {
    const error = new InvalidRequestError('wrong');

    expect(error.name).toBe('InvalidRequestError');
    expect(String(error)).toBe('InvalidRequestError: wrong');
    expect(error.stack).toMatch(/^InvalidRequestError: wrong\n/);
    expect(Object.keys(error)).toEqual([]);
  });

  it('is logged as JSON with its name, message and fields', () => {
    expect(JSON.parse(JSON.stringify(new InvalidRequestError('wrong')))).toEqual({
      name: 'InvalidRequestError',
      message: 'wrong',
    });
  });
});
