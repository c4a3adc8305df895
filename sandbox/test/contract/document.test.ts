import { createConfig, lintFromString } from '@redocly/openapi-core';
import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { openapi } from '../../src/contract/openapi.ts';
import { call } from '../support/calls.ts';

test('openapi.json is what the schemas say (to update it: npx vitest run sandbox/test/contract -u)', async () => {
  await expect(`${JSON.stringify(openapi(), null, 2)}\n`).toMatchFileSnapshot('../../openapi.json');
});

test('it has no problems that an OpenAPI linter knows', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(openapi()), config });
  // Its rule on example.com is for who forgot to change it; here it is the API's name.
  const ours = problems.filter(({ ruleId }) => ruleId !== 'no-server-example.com');
  expect(ours.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test("it is served without a token, with the server's own address", async () => {
  const response = await call(createSandbox(), 'GET /openapi.json', { token: null });
  expect(await response.json()).toEqual(openapi('https://api.example.com/v1'));
});
