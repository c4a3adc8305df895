import { expect, test } from 'vitest';
import { createSandbox } from '../src/browser.ts';
import { call } from './support/calls.ts';

test('in a browser, fetch responds, and listen rejects and names the alternative', async () => {
  const sandbox = createSandbox({ projects: 3 });

  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
  await expect(sandbox.listen()).rejects.toThrow('sandbox.listen() needs Node.js');
});
