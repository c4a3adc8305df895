import { describe, expect, it } from 'vitest';
import { Headers as UndiciHeaders } from 'undici';
import { mergeHeaders, type HeadersInput } from '../../src/utils/headers.ts';

// test/http/call.test.ts shows what is refused.

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
