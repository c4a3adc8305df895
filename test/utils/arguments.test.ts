import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { callable, headerValue, mergeHeaders, milliseconds, oneOf, wholeNumber } from '../../src/utils/arguments.ts';

// What they accept. What they refuse is tested through the client, for each option.

describe('the message of an error names the option and says what is expected', () => {
  it.each<[string, () => unknown]>([
    [
      'timeout must be a positive number of milliseconds, at most 2147483647, or Infinity; got -1.',
      () => milliseconds('timeout', -1),
    ],
    ['maxRetries must be a whole number of at least 0; got 1.5.', () => wholeNumber('maxRetries', 1.5, 0)],
    ['fetch must be a function; got string.', () => callable('fetch', 'secret')],
    ["logLevel must be one of 'off', 'error'.", () => oneOf('logLevel', 'secret', ['off', 'error'])],
    [
      'x must be a string without line breaks, control characters or characters beyond Latin-1.',
      () => headerValue('x', 'secret\n'),
    ],
  ])('%s', (message, check) => {
    expect(check).toThrow(InvalidRequestError);
    expect(check).toThrow(new InvalidRequestError(message));
  });
});

describe('milliseconds', () => {
  it.each([0.5, 1, 2 ** 31 - 1, Infinity])('may be %d', (value) => {
    expect(milliseconds('timeout', value)).toBe(value);
  });
});

describe('a whole number', () => {
  it.each([3, Number.MAX_SAFE_INTEGER])('may be %d if it is to be at least 3', (value) => {
    expect(wholeNumber('limit', value, 3)).toBe(value);
  });

  it.each([2, 2 ** 53])('cannot be %d if it is to be at least 3', (value) => {
    expect(() => wholeNumber('limit', value, 3)).toThrow(InvalidRequestError);
  });
});

describe('a header value', () => {
  it.each(['', 'a b', 'a\tb', 'café', 'ÿ'])('may be %j', (value) => {
    expect(headerValue('x', value)).toBe(value);
  });
});

describe('mergeHeaders', () => {
  const base = { accept: 'application/json', 'x-team': 'blue' };

  it('overrides by name, in whatever case', () => {
    expect(mergeHeaders(base, 'headers', { 'X-Team': 'red', 'X-App': 'one' })).toEqual({
      accept: 'application/json',
      'x-team': 'red',
      'x-app': 'one',
    });
  });

  it('removes a header that is undefined', () => {
    expect(mergeHeaders(base, 'headers', { 'X-Team': undefined, 'X-App': undefined })).toEqual({
      accept: 'application/json',
    });
  });

  it('takes a Headers object, or nothing', () => {
    expect(mergeHeaders(base, 'headers', new Headers({ 'X-Team': 'red' }))).toMatchObject({ 'x-team': 'red' });
    expect(mergeHeaders(base, 'headers')).toEqual(base);
  });

  it('changes neither of its arguments', () => {
    const more = { 'X-Team': 'red' };
    mergeHeaders(base, 'headers', more);

    expect(base['x-team']).toBe('blue');
    expect(more).toEqual({ 'X-Team': 'red' });
  });
});
