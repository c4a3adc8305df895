import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import { ExampleError, type Client, type FetchResponse } from '@example/sdk';
import { clientEventNames } from '../../src/telemetry/events.ts';
import { amount, fuzzing } from '../support/fuzz.ts';
import { clientOf, newUser, user } from '../support/http-server.ts';
import { inProcessApi, noAnswer, type SentRequest } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
import { passTime, settled, useVirtualTime } from '../support/virtual-time.ts';

// Whatever a request and its response contain: nothing that looks at the call makes it fail, keeps its permit or leaks.

const unhandled = vi.fn();

beforeEach(() => {
  useVirtualTime();
  process.on('unhandledRejection', unhandled);
  return () => void process.off('unhandledRejection', unhandled);
});

/** Text that looks like part of a URL, an escape, or what the SDK itself writes. */
const parts = [
  ...String.raw`example com https :// api v1 users / ? # [redacted] redacted password token null 1 12345678`.split(' '),
  ...String.raw`% %2 %20 %CE %E2%9C%93 %0A \ \u \u0041 \" & &amp; &# &#65; " + < > é ✓ 🔑 İ`.split(' '),
  ...[' ', '\n', '\t', '\u0000'],
];
const text = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string()), { maxLength: 6 }).map((all) => all.join(''));
const id = fc.integer({ min: 1e6, max: 9e6 });
/** Secrets that can be found anywhere, because nothing else in a call looks like them. */
const password = fc.tuple(text, id).map(([odd, number]) => `${odd}~K${number}Z`);
const apiToken = fc.tuple(fc.stringMatching(/^[!-~]{0,30}$/), id).map(([odd, number]) => `sk${odd}~T${number}Z`);

/** How a server repeats text. The SDK understands one layer of escaping, so JSON repeats the text itself. */
const echo = fc.constantFrom<(value: string) => string>(
  (value) => value,
  (value) => JSON.stringify(value),
  (value) => encodeURIComponent(value.toWellFormed()),
  (value) => new URLSearchParams({ value }).toString(),
  (value) => value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (value) => Array.from(value, (character) => `&#${character.codePointAt(0)};`).join(''),
);

const newYear = Date.UTC(2026, 0, 1);
const headerValue = fc.oneof(
  ...[fc.constant('said'), text, fc.nat(200).map(String)],
  fc.integer({ min: newYear / 1000 - 100, max: newYear / 1000 + 1e6 }).map(String),
  fc.integer({ min: -100_000, max: 100_000 }).map((ms) => new Date(newYear + ms).toUTCString()),
  fc.constantFrom('-1', '1.5', '9'.repeat(400), ' 5 ', '5, 6', '1767225600000', 'gzip', '//x', 'javascript:1'),
);
const headerName = fc.constantFrom(
  ...'x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset retry-after age date location x-request-id'.split(' '),
  ...'content-type content-length content-encoding set-cookie'.split(' '),
);

/** A body that repeats the secret, escaped or in JSON. */
const body = fc.oneof(
  fc.constantFrom<(spoken: string, said: string) => string>(
    (_, said) => JSON.stringify({ error: { code: said, message: said, details: { [said]: said } } }),
    (_, said) => JSON.stringify({ ...user, name: said }),
    (_, said) => `{"error":{"message":${JSON.stringify(said)}`,
    (_, said) => '['.repeat(20_000) + JSON.stringify(said) + ']'.repeat(20_000),
    (spoken) => `<html><title>${spoken}</title>`,
    (spoken) => spoken,
  ),
  fc.oneof(fc.json(), fc.constantFrom('', 'null', '{"__proto__":{"a":1},"then":1}')).map((document) => () => document),
);

const answer = fc.record({
  status: fc.constantFrom(200, 201, 204, 301, 304, 400, 401, 404, 409, 422, 429, 500, 503, 599),
  isOfToken: fc.boolean(),
  ...{ echo, body, headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 6 }) },
  fails: fc.constantFrom('no', 'no', 'no', 'no', 'connection', 'body', 'never', 'refused'),
});
type Answer = typeof answer extends fc.Arbitrary<infer Value> ? Value : never;

function respond(given: Answer, said: string, request: SentRequest): FetchResponse | Promise<never> {
  const spoken = given.echo(said);
  if (given.fails === 'never') return noAnswer(request);
  if (given.fails === 'connection') return Promise.reject(new TypeError(spoken, { cause: { spoken } }));
  if (given.fails === 'refused') return Promise.reject(Object.assign(new Error(spoken), { code: 'ECONNREFUSED' }));
  const headers = new Headers();
  for (const [name, value] of given.headers) {
    // Headers can't have line breaks, other alphabets or outer spaces, and a part of a secret is not recognized.
    const isSaid = value === 'said' && !/[^\t -~\u0080-\u00ff]|^\s|\s$/.test(spoken);
    headers.append(name, isSaid ? spoken : value.replace(/[^\t -~\u0080-\u00ff]/g, ''));
  }
  const start = (controller: ReadableStreamDefaultController) =>
    controller.enqueue(new TextEncoder().encode(given.body(spoken, said)));
  const pull = (controller: ReadableStreamDefaultController) =>
    given.fails === 'body' ? controller.error(new Error(spoken)) : controller.close();
  const hasNone = given.status === 204 || given.status === 304;
  return new Response(hasNone ? null : new ReadableStream({ start, pull }), { status: given.status, headers });
}

/** Each way to pass a secret. */
const calls: readonly ((client: Client, secret: string, options: object) => Promise<unknown>)[] = [
  (client, secret, options) => client.users.create({ ...newUser, password: secret }, options),
  (client, secret, options) => client.request('POST', '/teams', { ...options, body: { a: [{ password: secret }] } }),
  (client, secret, options) => client.request('PUT', '/teams', { ...options, body: [{ api_key: [secret] }] }),
  (client, secret, options) => client.request('GET', '/t', { ...options, query: { token: secret.toWellFormed() } }),
  (client, secret, options) => client.request('GET', '/invites/{token}', { ...options, params: { token: secret } }),
  (client, secret, options) => client.request('GET', '/teams', { ...options, headers: { 'x-api-key': secret } }),
  (client, secret, options) => client.projects.list({}, { ...options, headers: { 'x-api-key': secret } }).then(),
];
const posts = 2;
const given = fc.record({
  ...{ apiToken, password },
  call: fc.nat(calls.length - 1),
  abortAfter: fc.option(fc.nat(100), { nil: undefined, freq: 4 }),
  totalTimeout: fc.constantFrom(50, 5000, 600_000),
  answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
});

it("any call ends with a value, an SDK error or its signal's reason; no permit is lost, no secret shown", async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ apiToken, password, call, abortAfter, totalTimeout, answers }) => {
      const shown: unknown[] = [];
      const log = (...line: unknown[]) => shown.push(...line);
      let effects = 0;
      const api = inProcessApi((request) => {
        const next = answers[(api.requests.length - 1) % answers.length]!;
        // A 429 counts as refused even if its body breaks off.
        const isRefused = next.status === 429 && (next.fails === 'no' || next.fails === 'body');
        if (!isRefused && next.fails !== 'refused') effects += 1;
        return respond(next, next.isOfToken ? apiToken : password, request);
      });
      const logger = { error: log, warn: log, info: log, debug: log };
      const options = { apiToken, timeout: 1000, rateLimit: { limit: 5 }, logger, logLevel: 'debug' } as const;
      const client = clientOf(api, options);
      for (const name of clientEventNames) client.on(name, (event: unknown) => shown.push(event));
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      if (abortAfter !== undefined) setTimeout(() => controller.abort(reason), abortAfter);

      const work = calls[call]!(client, password, { signal: controller.signal, totalTimeout });
      const error: unknown = await settled(work.then(() => reason).catch((rejected: unknown) => rejected));
      if (error !== reason) expect(error).toBeInstanceOf(ExampleError);
      // A POST that may have taken effect is not sent again.
      if (call < posts) expect(effects).toBeLessThanOrEqual(1);
      for (const each of [error, ...shown]) {
        const print = printed(each);
        expect(print).not.toContain(apiToken);
        expect(print).not.toContain(/~K\d+Z/.exec(password)![0]);
      }
      // Whatever the window seemed to be, it ends, and its whole limit is available again.
      await passTime(4 * 86_400_000);
      expect(client.rateLimit).toMatchObject({ waiting: 0, remaining: client.rateLimit?.limit });
      expect([vi.getTimerCount(), getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0]);
      expect(unhandled).not.toHaveBeenCalled();
    }),
    fuzzing(amount(300, 2000)),
  );
});
