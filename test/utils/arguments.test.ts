import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { Headers as UndiciHeaders } from 'undici';
import { getEventListeners } from 'node:events';
import {
  abortSignal,
  headerValue,
  mergeHeaders,
  milliseconds,
  wholeNumber,
  type HeadersInput,
} from '../../src/utils/arguments.ts';

// What they accept. What they refuse is tested through the client, for each option.

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

  it('takes nothing, or anything that lists names and values', () => {
    const lists: HeadersInput[] = [
      new Headers({ 'X-Team': 'red' }),
      new UndiciHeaders({ 'X-Team': 'red' }),
      new Map([['X-Team', 'red']]),
      new URLSearchParams({ 'X-Team': 'red' }),
      [['X-Team', 'red']],
      Object.assign(Object.create(null) as object, { 'X-Team': 'red' }),
    ];

    for (const list of lists) expect(mergeHeaders(base, 'headers', list)).toEqual({ ...base, 'x-team': 'red' });
    expect(mergeHeaders(base, 'headers')).toEqual(base);
  });

  it('sends both values of a name that is listed twice', () => {
    expect(
      mergeHeaders(base, 'headers', [
        ['Accept', 'text/plain'],
        ['accept', 'text/html'],
      ]),
    ).toMatchObject({
      accept: 'text/plain, text/html',
    });
  });

  it('changes neither of its arguments', () => {
    const more = { 'X-Team': 'red' };
    mergeHeaders(base, 'headers', more);

    expect(base['x-team']).toBe('blue');
    expect(more).toEqual({ 'X-Team': 'red' });
  });
});

describe('an abort signal', () => {
  /** As polyfills have it: no reason, no `throwIfAborted`, and no `AbortSignal` of the platform. */
  class ForeignSignal extends EventTarget {
    aborted = false;
    abort() {
      this.aborted = true;
      this.dispatchEvent(new Event('abort'));
    }
  }
  const signalOf = (foreign: ForeignSignal) => abortSignal('signal', foreign as unknown as AbortSignal);

  it('of the platform is taken as it is', () => {
    const { signal } = new AbortController();

    expect(abortSignal('signal', signal)).toBe(signal);
  });

  it('of another kind is followed', () => {
    const foreign = new ForeignSignal();
    const signal = signalOf(foreign);
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(signal.aborted).toBe(false);

    foreign.abort();

    expect(signal.reason).toMatchObject({ name: 'AbortError' });
    expect(getEventListeners(foreign, 'abort')).toHaveLength(0);
  });

  it('of another kind may have been aborted already, with a reason', () => {
    const foreign = Object.assign(new ForeignSignal(), { aborted: true, reason: 'changed my mind' });

    expect(signalOf(foreign).reason).toBe('changed my mind');
  });

  it('of another kind has one listener, however many calls it is for', () => {
    const foreign = new ForeignSignal();

    expect(signalOf(foreign)).toBe(signalOf(foreign));
    expect(getEventListeners(foreign, 'abort')).toHaveLength(1);
  });

  it.each([null, 'x', {}, new EventTarget(), { aborted: false }])('cannot be %j', (value) => {
    expect(() => abortSignal('signal', value as AbortSignal)).toThrow('signal must be an AbortSignal');
  });
});
