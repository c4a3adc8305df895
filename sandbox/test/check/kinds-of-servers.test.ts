import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { createSandbox, type SandboxOptions } from '@example/sandbox';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkServer } from '../../src/check/check-server.ts';
import {
  after,
  type Change,
  createUser,
  eachProject,
  getUser,
  header,
  json,
  replace,
  status,
} from '../support/changes.ts';
import { checked, deviating } from './support/deviate.ts';

const tenMinutes = 600_000;
const [limit, remaining, reset] = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];
const serverTime = (headers: Headers) => Date.parse(headers.get('Date') ?? '');
const enough: SandboxOptions = { rateLimit: { limit: 100_000 } };

/** Applies several changes, the last one first. */
function all(...changes: readonly Change[]): Change {
  return (context, next) => {
    const [first, ...others] = changes;
    return first === undefined
      ? next()
      : first(context, async () => {
          await all(...others)(context, next);
        });
  };
}

/** Counts in windows of 60 s that begin at `phase`, in milliseconds after the full minute. */
function windowsAt(phase: number): Change {
  const used = new Map<number, number>();
  return after(
    ({ req, res }) => res.headers.has(limit) && req.header('Authorization') === 'Bearer token_of_the_check',
    (context) => {
      const { headers } = context.res;
      const end = (Math.floor((serverTime(headers) - phase) / 60_000) + 1) * 60_000 + phase;
      const count = (used.get(end) ?? 0) + 1;
      used.set(end, count);
      headers.set(limit, '100');
      headers.set(remaining, String(Math.max(100 - count, 0)));
      headers.set(reset, String(Math.ceil(end / 1000)));
      if (count <= 100) return;
      headers.set('Retry-After', String(Math.ceil((end - serverTime(headers)) / 1000)));
      const error = { code: 'rate_limit_exceeded', message: 'Too many requests.', details: {} };
      replace(context, JSON.stringify({ error }), { status: 429 });
    },
  );
}

/** A server whose clock is wrong, and all of its times with it. */
const clockOff = (by: number) =>
  all(
    ...[createUser, getUser].map((route) =>
      json(route, (user) => ({
        ...user,
        created_at: new Date(Date.parse(String(user['created_at'])) + by).toISOString(),
      })),
    ),
    header('Date', (date) => new Date(Date.parse(date) + by).toUTCString()),
    header(reset, (time) => String(Number(time) + by / 1000)),
  );

/** Other clients of the same token use the budget too, but not between all requests. */
function otherClients(): Change {
  let count = 0;
  return header(remaining, (left) => {
    count += 1;
    return String(Math.max(Number(left) - Math.floor(count / 3), 0));
  });
}

const kinds: [string, Change, SandboxOptions?][] = [
  ['windows that begin with the full minute', windowsAt(0), enough],
  ['windows of another phase', windowsAt(37_300), enough],
  ['a reset that is rounded down', header(reset, (time) => String(Number(time) - 1))],
  ['a clock ten minutes ahead', clockOff(tenMinutes)],
  ['a clock ten minutes behind', clockOff(-tenMinutes)],
  ['no Date', header('Date', null)],
  ['other clients on the same token', otherClients()],
  [
    'rate-limit headers only where a token was accepted',
    after(
      ({ req, res }) => res.status === 401 || req.method === 'OPTIONS',
      ({ res }) => {
        for (const name of [limit, remaining, reset]) res.headers.delete(name);
      },
    ),
  ],
  ['a type with a charset', header('Content-Type', 'application/json; charset=UTF-8')],
  ['a user that is created with 200', status(createUser, (code) => code === 201, 200)],
  ['a preflight request that is answered with 200', status('*', (code) => code === 204, 200)],
  ['fields that are new', json('*', (body) => ({ ...body, object: 'thing', links: { self: '/v1' }, archived: null }))],
  [
    'projects without a status, with times in another zone',
    json('GET /projects', (body) =>
      eachProject('created_at', (time: string) => time.replace('Z', '.000+00:00'))(
        eachProject('status', undefined)(body),
      ),
    ),
  ],
  [
    'CORS for the origin that asks',
    all(
      header('Access-Control-Allow-Origin', 'https://app.example.com'),
      header('Access-Control-Expose-Headers', 'x-ratelimit-limit,X-Ratelimit-Remaining ,  X-RATELIMIT-RESET'),
    ),
  ],
  [
    'CORS with wildcards',
    all(header('Access-Control-Expose-Headers', '*'), header('Access-Control-Allow-Headers', 'Authorization, *')),
  ],
  [
    'a page after the last one that is not found',
    after(
      ({ req, res }) => req.path === '/v1/projects' && res.ok && Number(req.query('page')) > 5,
      (context) => {
        const error = { code: 'not_found', message: 'There is no such page.', details: {} };
        replace(context, JSON.stringify({ error }), { status: 404 });
      },
    ),
  ],
];

describe('no false alarm', () => {
  test.each(kinds)('a server with %s', async (_, change, options = {}) => {
    const { report } = await checked(change, { options });
    expect(deviating(report)).toEqual([]);
  });

  test('a proxy that compresses, writes header names in lower case, and adds its own', async () => {
    const sandbox = createSandbox();
    onTestFinished(() => sandbox.close());
    const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const { method = 'GET', url = '/', headers } = incoming;
      const body = method === 'POST' ? await text(incoming) : undefined;
      const sent = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      const response = await sandbox.fetch(new URL(url, 'http://127.0.0.1'), {
        method,
        headers: sent,
        ...(body === undefined ? {} : { body }),
      });
      const own = {
        'content-encoding': 'gzip',
        via: '2 proxy',
        'alt-svc': 'h3=":443"',
        vary: 'Origin, Accept-Encoding',
      };
      outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), ...own });
      outgoing.end(gzipSync(await response.text()));
    };
    const proxy = createServer((incoming, outgoing) => void forward(incoming, outgoing));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    // A server that listens on TCP has such an address.
    const { port } = proxy.address() as AddressInfo;

    const target = { baseUrl: `http://127.0.0.1:${port}/v1`, token: sandbox.apiToken };
    const sleep = () => Promise.reject(new Error('It waited.'));
    const report = await checkServer(target, { fetch, now: Date.now, sleep });
    expect(deviating(report)).toEqual([]);
  });
});

test('a wildcard of CORS that does not stand for the token is a deviation', async () => {
  const { report } = await checked(header('Access-Control-Allow-Headers', '*'), { exhaust: false });
  expect(deviating(report)).toEqual(['assumptions.cors-preflight']);
});
