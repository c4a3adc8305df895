import type { Sandbox, SandboxOptions } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { byResource } from '../../src/resources/index.ts';
import { bodyOf, call } from './calls.ts';
import { contract, documented, problemsOfExchange } from './contract.ts';

/** What makes the API respond with a status, to any operation that documents it. */
const causes: Record<number, (example: unknown) => Parameters<typeof call>[2]> = {
  400: () => ({ body: '{' }),
  401: (example) => ({ json: example, token: null }),
  409: (example) => ({ json: example, headers: { 'Idempotency-Key': 'used' } }),
  413: () => ({ body: 'x'.repeat(1_000_001) }),
  415: (example) => ({ json: example, headers: { 'Content-Type': 'text/plain' } }),
  422: (example) => (example === undefined ? {} : { json: { nonsense: 1 } }),
};

const cases = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, asked]) =>
    Object.keys(asked.responses).map((status) => [method.toUpperCase(), path, Number(status), asked] as const),
  ),
);

/** Makes the sandbox send each response that its document has. */
export function testResponses(createSandbox: (options: SandboxOptions) => Sandbox): void {
  describe('responses match openapi.json', () => {
    test.each(cases)('%s %s → %i', async (method, path, status, asked) => {
      const { parameters = [], requestBody } = asked;
      const example = requestBody?.content['application/json']?.example;
      // A change conflicts with another record, and a creation with an earlier one with the same key.
      const taken = status === 409 && method === 'PATCH' && { [path.split('/')[1]!]: [{}, example] };
      const rateLimit = { limit: status === 429 ? 1 : 100 };
      const sandbox = createSandbox({ ...byResource(() => 1), ...taken, rateLimit });
      const id = status === 404 ? 'nobody' : String(parameters.find(({ name }) => name === 'id')?.example);
      const query = new URLSearchParams(status === 422 && requestBody === undefined ? 'page=0' : '');
      const target = `${method} /v1${path.replace('{id}', id)}?${query.toString()}`;
      const options = causes[status]?.(example) ?? { json: example };
      if (status === 409 && method === 'POST') {
        const other = Object.fromEntries(Object.entries(example as object).map(([name, value]) => [name, `x${value}`]));
        await call(sandbox, target, { json: other, headers: { 'Idempotency-Key': 'used' } });
      }
      if (status === 429) await call(sandbox, target, options);

      const response = await call(sandbox, target, options);
      expect(response.status).toBe(status);
      expect(problemsOfExchange(asked, { query, json: example }, response, await bodyOf(response))).toEqual([]);
      for (const name of Object.keys(documented(asked, status)?.headers ?? {})) {
        // Only a repeated request has it.
        if (name !== 'Idempotent-Replayed') expect(response.headers.get(name), name).not.toBeNull();
      }
    });
  });
}
