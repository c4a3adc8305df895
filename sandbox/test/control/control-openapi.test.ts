import { createConfig, lintFromString } from '@redocly/openapi-core';
import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { controlOpenapi } from '../../src/control/openapi.ts';
import { operations } from '../../src/control/operations.ts';
import { call } from '../support/calls.ts';

test('control-openapi.json matches the operations (to update it: npx vitest run sandbox/test/control -u)', async () => {
  await expect(`${JSON.stringify(controlOpenapi(), null, 2)}\n`).toMatchFileSnapshot('../../control-openapi.json');
});

test('an OpenAPI linter reports no problems', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(controlOpenapi()), config });
  // Requests of the other API send this one.
  const ours = problems.filter(({ message }) => message !== 'Component: "HeaderFault" is never used.');
  expect(ours.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test("it is served without a token, with the server's own address", async () => {
  const response = await call(createSandbox(), 'GET /__sandbox/openapi.json', { token: null });
  expect(await response.json()).toMatchObject({ servers: [{ url: 'https://api.example.com/__sandbox' }] });
});

test('every operation has an id of its own', () => {
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});
