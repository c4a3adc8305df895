import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from '../../support/calls.ts';
import { html } from '../../support/dashboard.ts';

test('the axis of a chart is the height of its bars, and not a total', async () => {
  const sandbox = createSandbox();
  expect(await html(sandbox, '/api-tokens')).toMatch(/<span class="scale"><\/span>.*<span>no requests<\/span>/s);
  for (let index = 0; index < 11; index++) await call(sandbox, 'GET /v1/projects');
  const page = await html(sandbox, '/api-tokens');
  expect(page).toContain('<span class="scale">12 per 5 s</span>');
  expect(page).toContain('11 succeeded');
  // A legend has no entry for what did not happen.
  expect(page).not.toContain('rejected (4xx)');
});

test('the timeline of a token shows its refused calls, its windows and the alarm at zero', async () => {
  let time = Date.parse('2024-01-01T00:00:00Z');
  const sandbox = createSandbox({ rateLimit: { limit: 2 }, now: () => time });
  const { token } = await sandbox.state.tokens.create('CI');
  for (let index = 0; index < 3; index++) await call(sandbox, 'GET /v1/projects', { token });
  const page = await html(sandbox, '/api-tokens');
  expect(page).toContain('<path class="budget"');
  expect(page).toContain('Requests with CI: 3 requests in 5 min, 2 succeeded, 1 refused (429)');
  expect(page).toContain('Requests with Default token: 0 requests in 5 min');
  expect(page.match(/No requests left: a 429 until/g)).toHaveLength(1);
  expect(page).toContain('1 refused');
  expect(page).toContain('datetime="2024-01-01T00:01:00.000Z"');
  expect(page).toContain('<title>⚠ API tokens');

  const overview = await html(sandbox);
  expect(overview).toContain('All requests: 3 requests in 5 min, 2 succeeded, 1 refused (429)');

  time += 60_000;
  const later = await html(sandbox, '/api-tokens');
  expect(later).not.toContain('No requests left');
});
