import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { buildConsumer } from './support/build-consumer.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { startSuite } from './support/suite-run.ts';
import { tool, versionOf } from './support/tools.ts';

interface CommandLine {
  subject: string;
  /** Its name in `test/ecosystem/package.json`. */
  name: string;
  command: string[];
}

const commandLines: CommandLine[] = [
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

describe.each(commandLines)('$subject', ({ subject, name, command: [program = '', ...args] }) => {
  it.each(moduleKinds)('uses the installed package from $moduleKind', async ({ moduleKind, format, output }) => {
    const { input, check } = await startSuite();
    const file = await buildConsumer('command.ts', output, format);

    const { stdout } = await promisify(execFile)(tool(program), [...args, basename(file), JSON.stringify(input)], {
      cwd: inject('packed').project,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      timeout: 60_000,
    });

    // Printed by command.ts.
    const { suite, ...rest } = JSON.parse(stdout) as { suite: unknown };
    check(suite);
    const version = versionOf(name);
    expect(rest).toEqual({ version, sandbox: 3, redis: 'function' });
    recordAsCompatible({ section: 'Runtime', subject, version, moduleKind });
  });
});
