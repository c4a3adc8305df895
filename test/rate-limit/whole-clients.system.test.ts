import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mutants } from './support/whole-clients/mutants.ts';

// Real clients in virtual time: seeded networks, servers, stores, crashes and callers that give up. In each history, every call
// succeeds in the time that its part of the limit takes, and no request is refused that nobody else is to blame for.
// To replay a seed: node test/rate-limit/support/whole-clients/run.ts <seed> 1

/** `FUZZ_RUNS=100000` runs the long form, which takes 12 minutes of one processor. */
const histories = Number(process.env['FUZZ_RUNS'] ?? 500);

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = 'test/rate-limit/support/whole-clients/run.ts';

/** Runs schedules of the sources in a folder. Returns what it prints. */
function run(folder: string, first: number, count: number): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(folder, program), String(first), String(count)], (error, stdout) =>
      resolve(stdout + (error !== null && child.exitCode !== 1 ? error.message : '')),
    );
  });
}

describe('whole clients', () => {
  it(`keep every promise in the first ${histories} histories`, { timeout: 3_600_000 }, async () => {
    const half = Math.ceil(histories / 2);
    // The single ones broke a promise before.
    const parts = [
      [1, half],
      [half + 1, half],
      ...[25_532, 40_576, 70_969, 94_303].map((seed) => [seed, 1] as const),
    ] as const;
    const outputs = await Promise.all(parts.map(([first, count]) => run(root, first, count)));
    expect(outputs).toEqual(parts.map(([, count]) => `0 of ${count} failed\n`));
  });
});

describe('a fault in the source is noticed:', () => {
  it.each(mutants)('$what', { timeout: 300_000 }, async ({ file, original, broken }) => {
    const folder = await mkdtemp(join(tmpdir(), 'mutant-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const part of ['src', 'test/rate-limit/support', 'test/support', 'package.json']) {
      await cp(join(root, part), join(folder, part), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, 'src', file);
    const source = await readFile(path, 'utf8');
    expect(source.split(original)).toHaveLength(2);
    await writeFile(path, source.replace(original, broken));

    expect(await run(folder, 1, 200)).toMatch(/^seed \d+: /);
  });
});
