import { createSandbox, type Sandbox, type SandboxOptions } from '@example/sandbox';
import { expect, onTestFinished } from 'vitest';
import { secret, signed } from '../../webhooks/support/signed-request.ts';
import type { Api, SuiteInput } from '../consumer/suite.ts';

/** What the suite gives if everything works. */
const expectedResult = {
  created: 'Jane Doe',
  got: 'Jane Doe',
  iterated: 100,
  aborted: 'AbortError',
  missing: 'not_found',
  retried: [503],
  waits: 1,
  verified: 'user.created',
  refused: 'no_matching_signature',
};

/** What comes of `consumer/sandbox.ts`. */
export const expectedOfSandbox = { sandbox: { user: 'user_123', projects: 100, events: 1 }, server: 3 };

/** One run of `consumer/suite.ts`: what to give it, and how to tell that it did everything. */
export interface SuiteRun {
  readonly input: SuiteInput;
  /** Fails unless the suite saw what it should, and its requests arrived. */
  readonly check: (result: unknown) => void;
}

/** Starts the APIs that the suite talks to, over real HTTP; they end with the test. */
export async function startSuite(): Promise<SuiteRun> {
  const [healthy, flaky, limited] = [sandbox(), sandbox(), sandbox({ rateLimit: { limit: 2, window: 1_000 } })];
  flaky.faults.next({ status: 503, retryAfter: 0 });
  const { headers, body } = await signed();
  const input: SuiteInput = {
    healthy: await listen(healthy),
    flaky: await listen(flaky),
    limited: await listen(limited),
    delivery: { headers, body, secret },
  };

  const check = (result: unknown) => {
    expect(result).toEqual(expectedResult);
    expect(healthy.requests.map(({ method, status }) => `${method} ${status}`)).toContain('POST 201');
    expect(limited.requests.map(({ status }) => status)).not.toContain(429);
  };
  return { input, check };
}

function sandbox(options?: SandboxOptions): Sandbox {
  const api = createSandbox(options);
  onTestFinished(() => api.close());
  return api;
}

async function listen(api: Sandbox): Promise<Api> {
  return { baseUrl: (await api.listen()).url, apiToken: api.apiToken };
}
