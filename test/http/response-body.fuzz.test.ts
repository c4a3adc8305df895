import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import { APIError, ExampleError } from '@example/sdk';
import { fuzzing } from '../support/fuzz.ts';
import { clientOf, newUser, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
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
  useVirtualTime();
  unhandled.mockReset();
  process.on('unhandledRejection', unhandled);
  return () => void process.off('unhandledRejection', unhandled);
});

it('any body is a value as it was sent, or a documented error without secrets, and pollutes no prototype', async () => {
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
