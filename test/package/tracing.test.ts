import { basename } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildConsumer } from './support/build-consumer.ts';
import { runTool } from './support/run-tool.ts';
import { runtimes } from './support/runtimes.ts';

describe.each(runtimes)('$subject', ({ subject, command }) => {
  it('publishes to the tracing channels, and runs what it does within their stores', async () => {
    const sandbox = createSandbox();
    onTestFinished(() => sandbox.close());
    sandbox.faults.next({ status: 503, retryAfter: 0 });
    const api = { baseUrl: (await sandbox.listen()).url, apiToken: sandbox.apiToken };
    const program = await buildConsumer('tracing.ts', `tracing-${subject.replace(' ', '-')}.mjs`);

    const printed = await runTool([...command, basename(program), JSON.stringify(api)]);

    expect(JSON.parse(printed)).toEqual([
      'call start /projects',
      'attempt start /projects',
      'within the attempt',
      'attempt asyncEnd /projects 503',
      'attempt start /projects',
      'within the attempt',
      'attempt asyncEnd /projects 200',
      'call asyncEnd /projects 200',
    ]);
  });
});
