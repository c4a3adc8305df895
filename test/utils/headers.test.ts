import { expect, it } from 'vitest';
import { Headers as UndiciHeaders } from 'undici';
import { mergeHeaders, type HeadersInput } from '../../src/utils/headers.ts';

// test/http/mistakes.test.ts shows what is refused.

const red = { 'X-Team': 'red' };
const twice: HeadersInput = [
  ['Accept', 'text/plain'],
  ['accept', 'text/html'],
];

it.each<[string, HeadersInput | undefined, Record<string, string>]>([
  [
    'override by name, in whatever case',
    { ...red, 'X-App': 'one' },
    { accept: '*/*', 'x-team': 'red', 'x-app': 'one' },
  ],
  ['may be none', undefined, { accept: '*/*', 'x-team': 'blue' }],
  ['may be Headers', new Headers(red), { accept: '*/*', 'x-team': 'red' }],
  ['may be Headers of undici', new UndiciHeaders(red), { accept: '*/*', 'x-team': 'red' }],
  ['may be a map', new Map(Object.entries(red)), { accept: '*/*', 'x-team': 'red' }],
  ['may be parameters', new URLSearchParams(red), { accept: '*/*', 'x-team': 'red' }],
  ['may lack a prototype', Object.assign(Object.create(null), red), { accept: '*/*', 'x-team': 'red' }],
  ['may have two values of a name', twice, { accept: 'text/plain, text/html', 'x-team': 'blue' }],
  ['may remove one', { 'X-Team': undefined, 'X-App': undefined }, { accept: '*/*' }],
])('headers %s', (_, more, merged) => {
  expect(mergeHeaders({ accept: '*/*', 'x-team': 'blue' }, 'headers', more)).toEqual(merged);
});
