import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { Headers as UndiciHeaders } from 'undici';
import {
  abortSignal,
  headerValue,
  mergeHeaders,
  milliseconds,
  wholeNumber,
  type HeadersInput,
} from '../../src/utils/arguments.ts';

// What they accept. test/http/call.test.ts shows what they refuse, for each option.

it.each<[string, unknown[], (value: never) => unknown]>([
  ['a number of milliseconds', [0.5, 1, 2 ** 31 - 1, Infinity], (value) => milliseconds('timeout', value)],
  ['a whole number of at least 3', [3, Number.MAX_SAFE_INTEGER], (value) => wholeNumber('limit', value, 3)],
  ['a header', ['', 'a b', 'a\tb', 'café', 'ÿ'], (value) => headerValue('x', value)],
  [
    'a signal, also of another realm',
    [new AbortController().signal, { [Symbol.toStringTag]: 'AbortSignal' }],
    (value) => abortSignal('signal', value),
  ],
])('%s may be any of %j', (_, values, check) => {
  for (const value of values) expect(check(value as never)).toBe(value);
});

it.each<[string, unknown[], (value: never) => unknown]>([
  ['a whole number of at least 3', [2, 2 ** 53], (value) => wholeNumber('limit', value, 3)],
  ['a signal', [null, 'x', {}, new EventTarget(), { aborted: false }], (value) => abortSignal('signal', value)],
])('%s cannot be any of %j', (_, values, check) => {
  for (const value of values) expect(() => check(value as never)).toThrow(InvalidRequestError);
});

describe('mergeHeaders', () => {
  const base = { accept: 'application/json', 'x-team': 'blue' };

  it.each<[string, HeadersInput | undefined, Record<string, string>]>([
    ['overrides by name, in whatever case', { 'X-Team': 'red', 'X-App': 'one' }, { 'x-team': 'red', 'x-app': 'one' }],
    ['takes nothing', undefined, {}],
    ['takes headers', new Headers({ 'X-Team': 'red' }), { 'x-team': 'red' }],
    ['takes headers of undici', new UndiciHeaders({ 'X-Team': 'red' }), { 'x-team': 'red' }],
    ['takes a map', new Map([['X-Team', 'red']]), { 'x-team': 'red' }],
    ['takes parameters', new URLSearchParams({ 'X-Team': 'red' }), { 'x-team': 'red' }],
    [
      'takes an object without a prototype',
      Object.assign(Object.create(null), { 'X-Team': 'red' }),
      { 'x-team': 'red' },
    ],
    [
      'sends both values of a name that is listed twice',
      [
        ['Accept', 'text/plain'],
        ['accept', 'text/html'],
      ],
      { accept: 'text/plain, text/html' },
    ],
  ])('%s', (_, more, changes) => {
    expect(mergeHeaders(base, 'headers', more)).toEqual({ ...base, ...changes });
  });

  it('removes a header that is undefined', () => {
    expect(mergeHeaders(base, 'headers', { 'X-Team': undefined, 'X-App': undefined })).toEqual({
      accept: 'application/json',
    });
  });

  it('takes no iterator, which could be read only once', () => {
    const iterator = new Map([['X-Team', 'red']]).entries();

    expect(() => mergeHeaders(base, 'headers', iterator)).toThrow('headers must be an object, a Headers object');
  });
});
