import { basename } from 'node:path';
import { createSandbox, type SandboxOptions } from '@example/sandbox';
import { expect, onTestFinished } from 'vitest';
import { toolVersions } from '../../support/tools.ts';
import { secret, signed } from '../../webhooks/support/signed-request.ts';
import type { SuiteInput } from '../consumer/suite.ts';
import { buildConsumer } from './build-consumer.ts';
import type { ModuleKind, Runtime } from './matrix.ts';
import { runTool } from './run-tool.ts';

/** What the suite returns if everything works. */
const expectedResult = {
  ...{ created: 'Jane Doe', got: 'Jane Doe', iterated: 100, aborted: 'AbortError', missing: 'not_found' },
  ...{ retried: [503], waits: 1, verified: 'user.created', refused: 'no_matching_signature' },
};

/** What `consumer/sandbox.ts` returns. */
export const expectedOfSandbox = { sandbox: { user: 'user_123', projects: 100, events: 1 }, server: 3 };

/**
 * Starts the APIs that `consumer/suite.ts` calls, over real HTTP; they end with the test. `check` fails unless the
 * suite saw what it should, and its requests arrived.
 */
export async function startSuite() {
  const start = async (options?: SandboxOptions) => {
    const sandbox = createSandbox(options);
    onTestFinished(() => sandbox.close());
    return { sandbox, api: { baseUrl: (await sandbox.listen()).url, apiToken: sandbox.apiToken } };
  };
  const [healthy, flaky] = [await start(), await start()];
  const limited = await start({ users: 1, rateLimit: { limit: 2, window: 1_000 } });
  flaky.sandbox.faults.next({ status: 503, retryAfter: 0 });
  const delivery = { ...(await signed()), secret };
  const input: SuiteInput = { healthy: healthy.api, flaky: flaky.api, limited: limited.api, delivery };

  const check = (result: unknown) => {
    expect(result).toEqual(expectedResult);
    expect(healthy.sandbox.requests.map(({ method, status }) => `${method} ${status}`)).toContain('POST 201');
    expect(limited.sandbox.requests.map(({ status }) => status)).not.toContain(429);
  };
  return { input, check };
}

/** Runs everything as a command-line program. */
export async function expectToRun({ tool, command }: Runtime, { format, extension }: ModuleKind): Promise<void> {
  const { input, check } = await startSuite();
  const program = await buildConsumer('command.ts', `command.${extension}`, format);

  const printed = await runTool([...command, basename(program), JSON.stringify(input)]);

  const { suite, ...rest } = JSON.parse(printed) as { suite: unknown }; // command.ts printed it.
  check(suite);
  const version = tool ? toolVersions[tool] : process.versions.node;
  expect(rest).toEqual({ ...expectedOfSandbox, version, redis: 'function' });
}
