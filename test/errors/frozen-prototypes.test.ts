import { expect, it } from 'vitest';
import { Client, ExampleError } from '@example/sdk';
import { apiToken, rejection } from '../support/http-server.ts';

/** What `node --frozen-intrinsics` and SES do, as far as errors are concerned. */
for (const type of [Error, TypeError, RangeError]) Object.freeze(type.prototype);

const failures: Record<string, () => Promise<Response>> = {
  NotFoundError: () => Promise.resolve(new Response(null, { status: 404 })),
  RateLimitError: () => Promise.resolve(Response.json({}, { status: 429 })),
  ResponseValidationError: () => Promise.resolve(new Response('{')),
  ResponseTooLargeError: () => Promise.resolve(new Response(' '.repeat(100))),
  ConnectionError: () => Promise.reject(new TypeError('fetch failed', { cause: new Error(`no way for ${apiToken}`) })),
  TimeoutError: () => Promise.reject(new DOMException('late', 'TimeoutError')),
};

it.each(Object.entries(failures))(
  'where the prototypes of errors are frozen, a call fails with %s',
  async (name, fetch) => {
    const options = { apiToken, baseUrl: 'https://api.example.com', maxRetries: 0, rateLimit: false } as const;
    const client = new Client({ ...options, fetch, maxResponseSize: 50 });

    const error = await rejection(client.users.get('user_123'));
    const atEnd = await rejection(client.projects.list().toArray());

    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toHaveProperty('name', name);
    expect((error as Error).stack).toContain('frozen-prototypes.test.ts');
    expect(atEnd).toHaveProperty('cursor', expect.any(String));
  },
);
