import { describe, expect, it } from 'vitest';
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ExampleError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from '@example/sdk';
import { errorFor } from '../support/error-for.ts';

const classes: [number, typeof APIError][] = [
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
  [500, InternalServerError],
  [503, InternalServerError],
  [599, InternalServerError],
  [402, APIError],
  [418, APIError],
];

it.each(classes)('status %i has its own class, or the base class', async (status, errorClass) => {
  const error = await errorFor(status, { error: { code: 'some_code', message: 'A message.' } });

  expect(error).toBeInstanceOf(errorClass);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toBeInstanceOf(ExampleError);
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe(Object.getOwnPropertyDescriptor(errorClass.prototype, 'name')?.value);
  expect(error.constructor).toBe(errorClass);
  expect(classes.filter(([, other]) => other !== APIError && error instanceof other)).toEqual(
    classes.filter(([, other]) => other !== APIError && other === errorClass),
  );
});

describe('a RateLimitError', () => {
  it.each([
    ['seconds', { 'retry-after': '30' }, 30],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 10],
    ['nothing', {}, undefined],
  ])('has in retryAfter what Retry-After says as %s', async (_, headers, retryAfter) => {
    const error = await errorFor(429, { error: { code: 'rate_limited', message: 'Slow down.' } }, headers);

    expect(error).toMatchObject({ name: 'RateLimitError', retryAfter });
  });
});
