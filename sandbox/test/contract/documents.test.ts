import { createConfig, lintFromString } from '@redocly/openapi-core';
import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { openapi } from '../../src/contract/openapi.ts';
import { controlOpenapi } from '../../src/control/openapi.ts';
import { call } from '../support/calls.ts';

describe.each([
  ['openapi.json', openapi, '/openapi.json', '/v1'],
  ['control-openapi.json', controlOpenapi, '/__sandbox/openapi.json', '/__sandbox'],
] as const)('%s', (file, describes, path, base) => {
  test('is what the schemas say (to update it: npx vitest run sandbox/test/contract -u)', async () => {
    await expect(`${JSON.stringify(describes(), null, 2)}\n`).toMatchFileSnapshot(`../../${file}`);
  });

  test('has no problems that an OpenAPI linter knows', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: JSON.stringify(describes()), config });
    const ours = problems
      // Its rule on example.com is for who forgot to change it; here it is the API's name.
      .filter(({ ruleId }) => ruleId !== 'no-server-example.com')
      // Requests of the other API send this one.
      .filter(({ message }) => message !== 'Component: "HeaderFault" is never used.');
    expect(ours.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  });

  test("is served without a token, with the server's own address", async () => {
    const response = await call(createSandbox(), `GET ${path}`, { token: null });
    expect(await response.json()).toEqual(describes(`https://api.example.com${base}`));
  });

  test('names each operation once', () => {
    const ids = [...JSON.stringify(describes()).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(ids).not.toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
