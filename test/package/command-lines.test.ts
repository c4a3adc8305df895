import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildConsumer } from './support/build-consumer.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { runTool } from './support/run-tool.ts';
import { moduleKinds, runtimes } from './support/runtimes.ts';
import { startSuite } from './support/suite-run.ts';
import { versionOf } from './support/tools.ts';

describe.each(runtimes)('$subject', ({ subject, name, command }) => {
  it.each(moduleKinds)('uses the installed package from $moduleKind', async ({ moduleKind, format, output }) => {
    const { input, check } = await startSuite();
    const program = await buildConsumer('command.ts', output, format);

    const printed = await runTool([...command, basename(program), JSON.stringify(input)]);

    // Printed by command.ts.
    const { suite, ...rest } = JSON.parse(printed) as { suite: unknown };
    check(suite);
    const version = versionOf(name);
    expect(rest).toEqual({ version, redis: 'function' });
    recordAsCompatible({ section: 'Runtime', subject, version, moduleKind });
  });
});
