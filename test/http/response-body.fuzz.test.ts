import { setImmediate } from 'node:timers/promises';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { APIError, ExampleError, ResponseTooLargeError } from '@example/sdk';
import { fuzzing } from '../support/fuzz.ts';
import { clientOf, newUser, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
import { serveTcp } from '../support/tcp-server.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

// A server, a proxy or a captive portal may send anything as a body.

const apiToken = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';
const { password } = newUser;
const bytesOf = (text: string) => new TextEncoder().encode(text);

const names = fc.oneof(
  fc.constantFrom('id', 'error', 'code', 'message', 'details', 'data', 'meta', 'total_pages', 'current_page', password),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'then', 'toJSON', 'length', '', apiToken),
  fc.string(),
);
const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -0, 1e308, '', 'user_123', apiToken, `Bearer ${apiToken}`, password),
  fc.string({ unit: 'binary' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** JSON text by hand, since no object literal can have `__proto__` as a field. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf.map((value) => JSON.stringify(value)),
    fc.array(tie('json'), { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(names, tie('json')), { maxLength: 6 })
      .map((fields) => `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
}));
const nested = fc
  .tuple(fc.constantFrom(['[', ']'], ['{"error":', '}'], ['{"a":', '}']), fc.constantFrom(10, 1_000, 20_000))
  .map(([[open, close], depth]) => `${open.repeat(depth)}1${close.repeat(depth)}`);
const documents = fc.oneof(
  { weight: 4, arbitrary: json },
  { weight: 2, arbitrary: json.map((error) => `{"error":${error}}`) },
  { weight: 1, arbitrary: nested },
  fc.constantFrom(
    '',
    'null',
    ' ',
    '{}',
    '[]',
    '{"error":null}',
    '<html>',
    JSON.stringify(user),
    '{"id":"a"} {"id":"b"}',
  ),
);
const encoders: readonly ((text: string) => Uint8Array)[] = [
  bytesOf,
  (text) => bytesOf(`\uFEFF${text}`),
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.from(text, 'latin1'),
];
const bodies: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(documents, fc.constantFrom(...encoders)).map(([text, encode]) => encode(text)) },
  { weight: 2, arbitrary: fc.tuple(documents, fc.nat(40)).map(([text, cut]) => bytesOf(text).slice(0, -cut)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);
const statuses = fc.constantFrom(200, 201, 400, 401, 404, 409, 422, 418, 500, 599);
const contentTypes = fc.constantFrom('application/json', 'text/html', 'application/json; charset=utf-16', '');

/** The bytes in pieces that may cut a character in two. */
function streamOf(bytes: Uint8Array, piece: number, ending: 'ends' | 'breaks'): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += piece)));
      else if (ending === 'ends') controller.close();
      else controller.error(new TypeError(`terminated ${apiToken}`));
    },
  });
}

type Ending = { readonly value: unknown } | { readonly error: unknown };

/** As text and as JSON. What was cut in the middle is no password. */
const ofCreate = [apiToken, password, JSON.stringify(password).slice(1, -1)];

/** What a call comes to: a value, or a documented error that holds no secret. */
async function endingOf(call: Promise<unknown>, secrets = [apiToken]): Promise<Ending> {
  const ending: Ending = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await setImmediate();
  expect(unhandled).not.toHaveBeenCalled();
  if ('value' in ending) return ending;
  expect(ending.error).toBeInstanceOf(ExampleError);
  const text = printed(ending.error);
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  return ending;
}

const unhandled = vi.fn();
beforeEach(() => {
  unhandled.mockReset();
  process.on('unhandledRejection', unhandled);
  return () => void process.off('unhandledRejection', unhandled);
});

describe('any body', () => {
  beforeEach(useVirtualTime);

  it('is a value as it was sent, or a documented error without secrets, and pollutes no prototype', async () => {
    const before = [Object.prototype, Array.prototype, Error.prototype].map((prototype) => Reflect.ownKeys(prototype));
    const piece = fc.integer({ min: 1, max: 64 });
    const ending = fc.oneof({ weight: 5, arbitrary: fc.constant('ends' as const) }, fc.constant('breaks' as const));
    await fc.assert(
      fc.asyncProperty(bodies, statuses, contentTypes, piece, ending, async (bytes, status, type, size, how) => {
        const api = inProcessApi(
          () => new Response(streamOf(bytes, size, how), { status, headers: type ? { 'content-type': type } : {} }),
        );
        const client = clientOf(api, { apiToken, maxRetries: 0 });
        const created = await endingOf(settled(client.users.create(newUser)), ofCreate);
        await endingOf(settled(client.projects.list()));
        await endingOf(settled(client.request('GET', '/any')));

        if ('value' in created) {
          expect([status < 300, how]).toEqual([true, 'ends']);
          // JSON.stringify can't write what is nested as deeply as JSON.parse can read.
          if (bytes.length > 20_000) return;
          expect(JSON.stringify(created.value)).toBe(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))));
        } else if (status >= 400) {
          expect(created.error).toMatchObject({ status });
          expect(created.error).toBeInstanceOf(APIError);
        }
      }),
      fuzzing(),
    );
    const after = [Object.prototype, Array.prototype, Error.prototype].map((prototype) => Reflect.ownKeys(prototype));
    expect(after).toEqual(before);
  });

  it('is read up to maxResponseSize, and not a byte of what would be more', async () => {
    const sizes = fc.integer({ min: 1, max: 300 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, sizes, async (limit, length, piece) => {
        const bytes = bytesOf(JSON.stringify('é'.repeat(length)));
        const api = inProcessApi(() => new Response(streamOf(bytes, piece, 'ends')));
        const client = clientOf(api, { apiToken, maxResponseSize: limit });
        const ending = await endingOf(settled(client.request('GET', '/any')));
        if (bytes.length <= limit) expect(ending).toEqual({ value: 'é'.repeat(length) });
        else expect(ending).toHaveProperty('error', expect.any(ResponseTooLargeError));
        expect(api.requests).toHaveLength(1);
      }),
      fuzzing(),
    );
  });
});

describe('any bytes of a server', () => {
  // A body with headers that need not be true.
  const responses = fc
    .record({
      status: fc.constantFrom(
        '200 OK',
        '201 Created',
        '204 No Content',
        '304 Not Modified',
        '404 Not Found',
        '100 Continue',
        '999 X',
      ),
      encoding: fc.constantFrom('', 'gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'unknown'),
      body: bodies,
      packs: fc.constantFrom<((bytes: Uint8Array) => Uint8Array)[]>(
        (bytes) => bytes,
        (bytes) => gzipSync(bytes),
        (bytes) => gzipSync(bytes).subarray(0, -5),
        (bytes) => deflateRawSync(bytes),
      ),
      length: fc.constantFrom('right', 'short', 'long', 'none', 'chunked', 'bad chunks', 'negative', 'twice'),
      extra: fc.constantFrom('', 'x: \u0000', 'no colon', ' folded: 1', 'set-cookie: a=1', `x-token: ${apiToken}`),
    })
    .map(({ status, encoding, body, packs, length, extra }) => {
      const bytes = packs(body);
      const lengths: Record<typeof length, string[]> = {
        right: [`content-length: ${bytes.length}`],
        short: [`content-length: ${Math.max(0, bytes.length - 3)}`],
        long: [`content-length: ${bytes.length + 10}`],
        none: [],
        chunked: ['transfer-encoding: chunked'],
        'bad chunks': ['transfer-encoding: chunked'],
        negative: ['content-length: -5'],
        twice: [`content-length: ${bytes.length}`, 'content-length: 1'],
      };
      const head = [`HTTP/1.1 ${status}`, ...lengths[length], ...(encoding ? [`content-encoding: ${encoding}`] : [])];
      const chunk = length === 'chunked' ? [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n0\r\n\r\n'] : [bytes];
      const lines = [...head, ...(extra ? [extra] : []), 'connection: close', '', ''].join('\r\n');
      return Buffer.concat([lines, ...chunk].map((part) => Buffer.from(part as string)));
    });

  it('lead to a value or a documented error without secrets', async () => {
    let answer = Buffer.alloc(0);
    const server = await serveTcp((socket) => socket.end(answer));
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: responses }, fc.uint8Array()), async (bytes) => {
        answer = Buffer.from(bytes);
        const client = clientOf(server, { apiToken, maxRetries: 0, rateLimit: false, timeout: 5_000 });
        await endingOf(client.users.create(newUser), ofCreate);
      }),
      fuzzing(),
    );
  });
});
