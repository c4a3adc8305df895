import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildConsumer } from './support/build-consumer.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { runTool } from './support/run-tool.ts';
import { startSuite } from './support/suite-run.ts';
import { versionOf } from './support/tools.ts';

const runtimes = [
  { subject: 'Node.js 22.12', name: 'node22-oldest', command: ['node22-oldest/bin/node'] },
  { subject: 'Node.js 22', name: 'node22', command: ['node22/bin/node'] },
  { subject: 'Node.js 24', name: 'node24', command: ['node24/bin/node'] },
  { subject: 'Node.js 26', name: 'node26', command: ['node26/bin/node'] },
  { subject: 'Bun', name: 'bun', command: ['.bin/bun'] },
  { subject: 'Deno', name: 'deno', command: ['.bin/deno', 'run', '--no-prompt', '--allow-net'] },
];

const moduleKinds = [
  { moduleKind: 'ES module', format: 'esm', output: 'command.mjs' },
  { moduleKind: 'CommonJS', format: 'cjs', output: 'command.cjs' },
] as const;

describe.each(runtimes)('$subject', ({ subject, name, command }) => {
  it.each(moduleKinds)('uses the installed package from $moduleKind', async ({ moduleKind, format, output }) => {
    const { input, check } = await startSuite();
    const program = await buildConsumer('command.ts', output, format);

    const printed = await runTool([...command, basename(program), JSON.stringify(input)]);

    // Printed by command.ts.
    const { suite, ...rest } = JSON.parse(printed) as { suite: unknown };
    check(suite);
    const version = versionOf(name);
    expect(rest).toEqual({ version, sandbox: 3, redis: 'function' });
    recordAsCompatible({ section: 'Runtime', subject, version, moduleKind });
  });
});
