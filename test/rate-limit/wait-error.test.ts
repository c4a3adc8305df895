import { expect, it } from 'vitest';
import { stallError, waitError } from '../../src/rate-limit/wait-error.ts';
import type { Admission } from '../../src/rate-limit/types.ts';

const target = { method: 'GET', path: '/', route: '/' };
const now = 100_000;
const notSent = (left: string) => `Not sent: the rate limit allows this call in about ${left}. (GET /)`;

it.each<[Partial<Admission>, delay: number, message: string | undefined]>([
  [{}, 1e9, undefined],
  [{ maxWait: 5000 }, 5000, undefined],
  [{ maxWait: 5000 }, 5001, notSent('6 s, and maxWait is 5000 ms')],
  [{ maxWait: 5000, waitingSince: now - 4000 }, 1000, undefined],
  [
    { maxWait: 5000, waitingSince: now - 4000 },
    1001,
    notSent('2 s, and maxWait is 5000 ms, of which 4000 ms are over'),
  ],
  [{ maxWait: 0 }, 0, notSent('1 s, and maxWait is 0 ms')],
  [
    { maxWait: 5000, waitingSince: now - 5000 },
    2000,
    'Not sent: it has waited for its maxWait of 5000 ms, and the next request may be sent in about 2 s. (GET /)',
  ],
  [{ deadline: now }, 0, undefined],
  [{ deadline: now + 301 }, 300, undefined],
  [{ deadline: now + 300 }, 300, notSent('1 s, and totalTimeout leaves 300 ms')],
])('a call with %j that is sent in %i ms: %s', (limits, delay, message) => {
  expect(waitError({ ...target, ...limits }, now, delay)?.message).toBe(message);
});

it.each([
  [now + 1001, 2],
  [now, 1],
  [Infinity, 1],
])('the error of a stall says when the next request may be sent: %d', (nextAt, seconds) => {
  expect(stallError(target, now, nextAt).retryAfter).toBe(seconds);
});
