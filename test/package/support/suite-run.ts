import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { createSandbox, type Sandbox, type SandboxOptions } from '@example/sandbox';
import { signWebhook } from '@example/sdk/webhooks';
import { expect, onTestFinished } from 'vitest';
import type { Api, Delivery, SuiteInput } from '../consumer/suite.ts';
import { runTool } from './tools.ts';

/** What the suite gives if everything works. */
const expectedResult = {
  created: 'Jane Doe',
  got: 'Jane Doe',
  iterated: 100,
  aborted: 'AbortError',
  missing: 'not_found',
  retried: [503],
  waits: 1,
  verified: ['user.created'],
  refused: ['no_matching_signature'],
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
  const input: SuiteInput = {
    healthy: await listen(healthy),
    flaky: await listen(flaky),
    limited: await listen(limited),
    deliveries: await deliveries(),
  };

  const check = (result: unknown) => {
    expect(result).toEqual(expectedResult);
    expect(healthy.requests.map(({ method, status }) => `${method} ${status}`)).toContain('POST 201');
    expect(limited.requests.map(({ status }) => status)).not.toContain(429);
  };
  return { input, check };
}

/** Runs a test that writes what it saw, such as `consumer/in-test-runner.ts`, with the command of a test runner. */
export async function runTest(
  command: readonly string[],
  file: string,
  input: SuiteInput,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly suite?: unknown; readonly document?: unknown }> {
  const OUTPUT = `${file}.json`;
  await runTool([...command, basename(file)], { ...environment, INPUT: JSON.stringify(input), OUTPUT });
  return JSON.parse(await readFile(OUTPUT, 'utf8')) as object; // It has what consumer/ writes.
}

function sandbox(options?: SandboxOptions): Sandbox {
  const api = createSandbox(options);
  onTestFinished(() => api.close());
  return api;
}

async function listen(api: Sandbox): Promise<Api> {
  return { baseUrl: (await api.listen()).url, apiToken: api.apiToken };
}

async function deliveries(): Promise<Delivery[]> {
  const body = JSON.stringify({
    event: 'user.created',
    data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
    timestamp: '2024-01-01T00:00:00Z',
  });
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  return [{ body, headers: { ...(await signWebhook({ body, secret })) }, secret }];
}
