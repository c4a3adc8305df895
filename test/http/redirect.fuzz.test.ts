import fc from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import { ConnectionError, ExampleError } from '@example/sdk';
import { fuzzing } from '../support/fuzz.ts';
import { clientOf, newUser, user } from '../support/http-server.ts';
import { inProcessApi, type SentRequest } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

// Whatever a server redirects to, how often, and with which status.

const apiToken = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

beforeEach(useVirtualTime);

/** Where a response may lead within the origin; `{host}` is that of the API. */
const withinOrigin = fc.constantFrom(
  '/v1/a',
  '/v1/b',
  '/v2/users',
  'a',
  '../b',
  '?page=2',
  '#top',
  '.',
  '//{host}/v1/a',
  'https://{host}/',
);

/** Where a response may lead. */
const locations = fc.oneof(
  withinOrigin,
  fc.constant(''),
  fc.constantFrom('https://{host}:443/v1/a', 'https://{host}:8443/v1/a', 'http://{host}/v1/a', 'HTTPS://{HOST}/v1/a'),
  fc.constantFrom(
    'https://{host}.evil.example/',
    'https://evil.example/{host}',
    '//evil.example/v1',
    '/\\evil.example/v1',
  ),
  fc.constantFrom(
    'https://{host}@evil.example/',
    'https://a:b@{host}/v1',
    'https://evil.example#@{host}/',
    '\\\\evil.example',
  ),
  fc.constantFrom(
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://{host}/x',
    'ftp://{host}/',
  ),
  fc.constantFrom(
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    '/\t/evil.example',
    ' //evil.example',
  ),
  fc.webUrl(),
  fc.stringMatching(/^[ -~]{0,30}$/),
);
const answers = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom(301, 302, 303, 307, 308, 300, 304, 305), locations) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(200, 429, 500, 503), fc.constant(undefined)) },
  ),
  { minLength: 1, maxLength: 12 },
);

function answer(status: number, location: string | undefined, url: string): Response {
  const { host } = new URL(url);
  const target = location?.replaceAll('{host}', host).replaceAll('{HOST}', host.toUpperCase());
  const headers = target === undefined ? {} : { location: target };
  return status === 200 ? Response.json(user, { headers }) : new Response(null, { status, headers });
}

it.each([
  ['GET', false],
  ['POST', false],
  ['GET', true],
  ['POST', true],
] as const)(
  '%s: the token stays within its origin, and nothing changes on the way (in a circle: %s)',
  async (method, isCircle) => {
    await fc.assert(
      fc.asyncProperty(answers, async (script) => {
        let next = 0;
        const api = inProcessApi(({ url }) => {
          const step = isCircle ? script[next++ % script.length] : script[next++];
          return answer(step?.[0] ?? 200, step?.[1], url);
        });
        const client = clientOf(api, { apiToken });
        const call = method === 'GET' ? client.users.get('user_123') : client.users.create(newUser);
        const error: unknown = await settled(call).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(ExampleError);

        const { origin } = new URL(api.url);
        for (const { url, init } of api.requests) {
          const sent = new URL(url);
          expect([sent.origin, sent.username, sent.password]).toEqual([origin, '', '']);
          expect(init.method).toBe(method);
          expect(init.headers).toHaveProperty('authorization', `Bearer ${apiToken}`);
          expect(init.body).toBe(method === 'GET' ? undefined : JSON.stringify(newUser));
        }
        // Five redirects for a call and two retries; at each step a refusal (429), which counts for nothing.
        expect(api.requests.length).toBeLessThanOrEqual(2 * (1 + 5 + 2));
        expect(vi.getTimerCount()).toBe(0);
      }),
      fuzzing(),
    );
  },
);

it('a POST is performed once at most, wherever it is led', async () => {
  const performed = (script: readonly (readonly [number, string | undefined])[], requests: readonly SentRequest[]) =>
    requests.filter((_, index) => {
      const [status] = script[index] ?? [200];
      return ![307, 308, 429].includes(status); // These say that it had no effect there.
    });
  await fc.assert(
    fc.asyncProperty(answers, async (script) => {
      let next = 0;
      const api = inProcessApi(({ url }) => {
        const [status, location] = script[next++] ?? [200, undefined];
        return answer(status, location, url);
      });
      await settled(clientOf(api, { apiToken }).users.create(newUser)).catch(() => undefined);
      expect(performed(script, api.requests).length).toBeLessThanOrEqual(1);
    }),
    fuzzing(),
  );
});

it('a GET follows any chain of up to five redirects within the origin', async () => {
  const chain = fc.array(fc.tuple(fc.constantFrom(301, 302, 303, 307, 308), withinOrigin), { maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(chain, async (script) => {
      let next = 0;
      const api = inProcessApi(({ url }) => {
        const step = script[next++];
        return answer(step?.[0] ?? 200, step?.[1], url);
      });
      const call = settled(clientOf(api, { apiToken }).users.get('user_123'));
      if (script.length > 5) await expect(call).rejects.toBeInstanceOf(ConnectionError);
      else await expect(call).resolves.toEqual(user);
    }),
    fuzzing(),
  );
});
