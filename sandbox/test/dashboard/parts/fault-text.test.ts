import { describe, expect, test } from 'vitest';
import { effectOf, scopeOf } from '../../../src/dashboard/parts/fault-text.ts';

test.each([
  [{ status: 503 }, 'Responds with 503'],
  [{ status: 429, retryAfter: 2 }, 'Responds with 429 and asks to retry after 2 s'],
  [{ latency: 900 }, 'Delays by 900 ms'],
  [{ latency: 60_000 }, 'Delays by 60 s'],
  [{ reset: true, after: true }, 'Resets the connection, with the work done'],
  [{ body: 'html', latency: 1500 }, "Sends a proxy's HTML page and delays by 1.5 s"],
] as const)('the effect of %j is: %s', (fault, text) => {
  expect(effectOf(fault)).toBe(text);
});

describe('the scope of a fault', () => {
  const fault = { id: 'fault_1', met: 0, status: 503 };

  test.each([
    [{}, 'the next request'],
    [{ times: 3, met: 1 }, 'the next 2 requests'],
    [{ route: 'POST /users' }, 'the next request to POST /users'],
    [{ share: 0.125 }, '12.5 % of the requests'],
    [
      { share: 0.5, times: 4, route: 'GET /projects' },
      'the next 4 requests to GET /projects, chosen from 50 % of them',
    ],
  ])('%j is: %s', (fields, text) => {
    expect(scopeOf({ ...fault, ...fields })).toBe(text);
  });
});
