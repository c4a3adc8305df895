import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import { ExampleError, RateLimitError, type Client, type FetchResponse } from '@example/sdk';
import { instrument } from '@example/sdk/otel';
import { clientEventNames } from '../../src/telemetry/events.ts';
import { amount, fuzzing } from '../support/fuzz.ts';
import { clientOf, user } from '../support/http-server.ts';
import { inProcessApi, type SentRequest } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
import { passTime, settled, useVirtualTime } from '../support/virtual-time.ts';

// Whatever is in a request and its answer, what looks at the call neither fails it nor keeps its permit, nor shows a secret.

const unhandled = vi.fn();

beforeEach(() => {
  useVirtualTime();
  process.on('unhandledRejection', unhandled);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  // Which makes ids by Math.random and reads no clock of the test.
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  return () => {
    process.off('unhandledRejection', unhandled);
    for (const api of [context, propagation, trace]) api.disable();
  };
});

/** What looks like a part of a URL, of an escape, or of what the SDK itself writes. */
const parts = [
  ...['example', 'com', 'https', '://', 'api', 'v1', 'users', 'localhost', '/', '?', '#', '[redacted]', 'redacted'],
  ...String.raw`% %2 %20 %CE %E2%9C%93 %0A \ \u \u0041 \" & &amp; &# &#65; " +`.split(' '),
  ...[' ', 'é', '✓', '🔑', 'İ', '\n', '\t', '\u0000', '<', '>', 'password', 'token', 'null', '1', '12345678'],
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 6 })), { maxLength: 6 })
  .map((all) => all.join(''));
const secret = fc.oneof(text, fc.string({ minLength: 20, maxLength: 20 }), fc.constantFrom(...parts));
/** A secret that is found wherever it stands, and that nothing else of a call is like. */
const findable = fc.tuple(secret, fc.integer({ min: 1e6, max: 9e6 })).map(([odd, id]) => `${odd}~K${id}Z`);
const apiToken = fc
  .tuple(fc.stringMatching(/^[!-~]{0,30}$/), fc.integer({ min: 1e6, max: 9e6 }))
  .map(([odd, id]) => `sk${odd}~T${id}Z`)
  .filter((token) => !token.includes('EXAMPLE_API_TOKEN'));

/** What a server makes of a text that it repeats. One layer is understood, so JSON repeats the text itself. */
const echoes: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => JSON.stringify(value),
  (value) => encodeURIComponent(value.toWellFormed()),
  (value) => new URLSearchParams({ value }).toString(),
  (value) => value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (value) => Array.from(value, (character) => `&#${character.codePointAt(0)};`).join(''),
];
const echo = fc.constantFrom(...echoes);

/** Printable characters, and those above that HTTP allows. */
const latin = fc.string({
  unit: fc.oneof({ weight: 9, arbitrary: fc.stringMatching(/^[ -~]$/) }, fc.constantFrom('\u00e9', '\u0080', '\t')),
});
const newYear = Date.UTC(2026, 0, 1);
const values = fc.oneof(
  fc.constant('said'),
  text,
  latin,
  fc.nat(200).map(String),
  fc.integer({ min: newYear / 1000 - 100, max: newYear / 1000 + 1e6 }).map(String),
  fc.constantFrom('0', '-1', '1e3', '1.5', '0x10', '9'.repeat(400), ' 5 ', '5, 6', '1767225600000', 'null', '3'),
  fc.integer({ min: -100_000, max: 100_000 }).map((ms) => new Date(newYear + ms).toUTCString()),
  fc.constantFrom('Fri, 31 Dec 9999 23:59:59 GMT', 'yesterday', 'gzip', 'a/b'.repeat(99), '//x', 'javascript:1'),
);
const headerName = fc.constantFrom(
  ...['limit', 'remaining', 'reset'].map((name) => `x-ratelimit-${name}`),
  ...'retry-after age date location x-request-id link deprecation sunset'.split(' '),
  ...'content-type content-length content-encoding set-cookie'.split(' '),
);

const names = fc.oneof(
  fc.constantFrom('id', 'error', 'code', 'message', 'details', 'data', 'meta', 'total_pages', 'then', 'toJSON', ''),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'length'),
  fc.string(),
);
/** JSON text by hand, since no object literal can have `__proto__` as a field. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
    fc.array(tie('json'), { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(names, tie('json')), { maxLength: 6 })
      .map((fields) => `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
}));
const body = fc.oneof(
  fc.constant((_: string, said: string) =>
    JSON.stringify({ error: { code: said, message: said, details: { [said]: said } } }),
  ),
  fc.constant((_: string, said: string) => JSON.stringify({ ...user, name: said })),
  fc.constant((spoken: string) => `<html><title>${spoken}</title>`),
  fc.constant((spoken: string) => spoken),
  fc.constant((_: string, said: string) => `{"error":{"message":${JSON.stringify(said)}`),
  fc
    .nat(20_000)
    .map((depth) => (_: string, said: string) => '['.repeat(depth) + JSON.stringify(said) + ']'.repeat(depth)),
  fc.oneof(json, fc.constantFrom('', 'null', ' ', '{"id":"a"} {"id":"b"}')).map((document) => () => document),
  json.map((error) => () => `{"error":${error}}`),
  fc.tuple(json, fc.nat(40)).map(
    ([document, cut]) =>
      () =>
        document.slice(0, -cut),
  ),
);
const encoders: readonly ((text: string) => Uint8Array)[] = [
  (text) => new TextEncoder().encode(text),
  (text) => new TextEncoder().encode(`\uFEFF${text}`),
  (text) => Buffer.from(text, 'latin1'),
];

const answer = fc.record({
  status: fc.constantFrom(200, 201, 204, 301, 304, 400, 401, 404, 409, 422, 429, 500, 503, 599),
  repeats: fc.constantFrom<'password' | 'token'>('password', 'token'),
  echo,
  body,
  encode: fc.oneof({ weight: 8, arbitrary: fc.constant(encoders[0]!) }, fc.constantFrom(...encoders)),
  piece: fc.integer({ min: 1, max: 64 }).map((size) => size ** 2),
  headers: fc.array(fc.tuple(headerName, values), { maxLength: 6 }),
  fails: fc.constantFrom('no', 'no', 'no', 'no', 'connection', 'body', 'never', 'odd response', 'refused'),
});
type Answer = typeof answer extends fc.Arbitrary<infer Value> ? Value : never;

/** The bytes in pieces that may cut a character in two. */
function streamOf(bytes: Uint8Array, piece: number, failure: Error | undefined): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += piece)));
      else if (failure === undefined) controller.close();
      else controller.error(failure);
    },
  });
}

function respond(given: Answer, said: string, { init }: SentRequest): FetchResponse | Promise<never> {
  const spoken = given.echo(said);
  if (given.fails === 'never')
    return new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason)));
  if (given.fails === 'connection') return Promise.reject(new TypeError(spoken, { cause: { spoken } }));
  if (given.fails === 'refused')
    return Promise.reject(Object.assign(new Error(spoken), { code: 'ECONNREFUSED', hostname: 'x' }));
  if (given.fails === 'odd response')
    return { status: 200, ok: true, headers: new Map([['x-request-id', 7]]), text: () => spoken } as never;
  const headers = new Headers();
  for (const [name, value] of given.headers) {
    // No header can have line breaks, other alphabets, or spaces around it: a part of a secret is not recognized.
    const isSaid = value === 'said' && !/[^\t -~\u0080-\u00ff]|^\s|\s$/.test(spoken);
    const shown = isSaid ? spoken : value.replace(/[^\t -~\u0080-\u00ff]/g, '');
    headers.append(name, shown);
  }
  const hasNone = given.status === 204 || given.status === 304;
  const bytes = given.encode(given.body(spoken, said));
  const content = streamOf(bytes, given.piece, given.fails === 'body' ? new Error(spoken) : undefined);
  return new Response(hasNone ? null : content, { status: given.status, headers });
}

const call = fc.record({
  password: findable,
  field: fc.constantFrom('password', 'api_key', 'nested', 'query', 'header', 'param', 'list'),
  depth: fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(4000) }),
  abortAfter: fc.option(fc.nat(100), { nil: undefined, freq: 4 }),
  totalTimeout: fc.constantFrom(undefined, 50, 5000),
  answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
});
type Call = typeof call extends fc.Arbitrary<infer Value> ? Value : never;

function start(client: Client, { password, field, depth, totalTimeout }: Call, signal: AbortSignal): Promise<unknown> {
  const options = { signal, totalTimeout };
  let nested: object = { password };
  for (let level = 0; level < depth; level++) nested = { nested };
  if (field === 'password') return client.users.create({ name: 'John', email: 'john@example.com', password }, options);
  if (field === 'api_key') return client.request('PUT', '/teams', { ...options, body: [{ api_key: [password] }] });
  if (field === 'query')
    return client.request('GET', '/teams', { ...options, query: { token: password.toWellFormed() } });
  if (field === 'header') return client.request('GET', '/teams', { ...options, headers: { 'x-api-key': password } });
  if (field === 'list')
    return client.projects.list({}, { ...options, headers: { 'x-api-key': password } }).then(() => undefined);
  if (field === 'param') return client.request('GET', '/invites/{token}', { ...options, params: { token: password } });
  return client.request('POST', '/teams', { ...options, body: nested });
}

/** A change of these would be one of every object. */
const prototypes = () => [Object.prototype, Array.prototype, Error.prototype].map((each) => Reflect.ownKeys(each));

it('any call ends with a value as it was sent, an error of the SDK or the reason of its signal, gives its permit back, and shows no secret', async () => {
  const before = prototypes();
  await fc.assert(
    fc.asyncProperty(apiToken, call, async (token, given) => {
      const shown: unknown[] = [];
      const log = (...line: unknown[]) => shown.push(...line);
      const { password, answers } = given;
      let last = '';
      let effects = 0;
      const api = inProcessApi((request) => {
        const next = answers[(api.requests.length - 1) % answers.length]!;
        const said = next.repeats === 'token' ? token : password;
        const spoken = next.echo(said);
        last = next.fails === 'odd response' ? spoken : new TextDecoder().decode(next.encode(next.body(spoken, said)));
        // The status of a 429 says so, even if its body breaks.
        const isRefused = next.status === 429 && (next.fails === 'no' || next.fails === 'body');
        if (!isRefused && next.fails !== 'refused') effects += 1;
        return respond(next, said, request);
      });
      const logger = { error: log, warn: log, info: log, debug: log };
      const client = instrument(
        clientOf(api, { apiToken: token, timeout: 1000, rateLimit: { limit: 5 }, logger, logLevel: 'debug' }),
      );
      for (const name of clientEventNames) client.on(name, (event: unknown) => shown.push(event));
      const unused = client.rateLimit;
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      if (given.abortAfter !== undefined) setTimeout(() => controller.abort(reason), given.abortAfter);
      const startedAt = performance.now();

      let value: unknown;
      let error: unknown;
      await settled(
        start(client, given, controller.signal).then(
          (resolved) => (value = resolved),
          (rejected: unknown) => (error = rejected),
        ),
      );

      // A few attempts, each after at most the longest window that is believed.
      expect(performance.now() - startedAt).toBeLessThanOrEqual(4 * 25 * 3_600_000);
      if (error !== undefined && error !== reason) expect(error).toBeInstanceOf(ExampleError);
      if (error instanceof RateLimitError && error.retryAfter !== undefined)
        expect(error.retryAfter).toBeGreaterThanOrEqual(0);
      // JSON.stringify can't write what is nested as deeply as JSON.parse can read.
      if (value !== undefined && last.length <= 5000)
        expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(last)));
      // No POST is sent again that may have had an effect.
      if (['password', 'nested'].includes(given.field)) expect(effects).toBeLessThanOrEqual(1);
      for (const each of [error, ...shown]) {
        const print = printed(each);
        expect(print).not.toContain(password);
        expect(print).not.toContain(token);
        // An encoding that lacks a character of the secret leaves another word, which nobody can recognise.
        const isWhole = answers.every(({ encode }) => new TextDecoder().decode(encode(password)) === password);
        if (isWhole) expect(print).not.toContain(/K\d+Z/.exec(password)![0]);
      }
      // Whatever the window was taken for, it ends, and then as many calls as at first are sent at once.
      await passTime(4 * 86_400_000);
      expect(client.rateLimit?.waiting).toBe(0);
      expect(client.rateLimit?.remaining).toBe(client.rateLimit?.limit);
      if (client.rateLimit?.limit === unused?.limit) expect({ ...client.rateLimit, reset: undefined }).toEqual(unused);
      expect(vi.getTimerCount()).toBe(0);
      expect(unhandled).not.toHaveBeenCalled();
    }),
    fuzzing(amount(300, 2000)),
  );
  expect(prototypes()).toEqual(before);
});
