/**
 * Compares the sizes of this repository with `size-budget.json`: `npm run sizes`, after a build. `npm run sizes --
 * --lower` lowers the budgets of sizes that have fallen.
 */
import { execSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { bundle } from './bundle.ts';
import { journeys } from './journeys.ts';

/** By group and name, such as `lines` of `src/http`. */
type Sizes = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** If a size is smaller than its budget by more than this fraction, the output says to lower the budget. */
const tolerance = 0.02;

const root = new URL('..', import.meta.url);
const budgetFile = new URL('size-budget.json', root);

function linesOf(folder: string): number {
  const files = globSync(`${folder}/**/*.{ts,tsx,astro,css}`, {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**'],
  });
  return files.reduce((sum, file) => sum + readFileSync(new URL(file, root), 'utf8').split('\n').length - 1, 0);
}

async function bytesOf(source: string): Promise<number> {
  return (await bundle(source, root.pathname)).zipped;
}

function tarball(): number {
  const command = 'npm pack --dry-run --json --ignore-scripts';
  const json = execSync(command, { cwd: root, encoding: 'utf8' });
  const [packed] = JSON.parse(json) as [{ size: number }]; // The documented format of npm.
  return packed.size;
}

const byName = <T>(names: readonly string[], valueOf: (name: string) => T) =>
  Object.fromEntries(names.map((name) => [name, valueOf(name)]));

async function measure(): Promise<Sizes> {
  const rooms = globSync('src/*/', { cwd: root }).sort();
  const guides = globSync('docs/*.md', { cwd: root, exclude: ['docs/options.md'] }).sort(); // Generated from comments.
  const pages = [...globSync('docs/internals/*.md', { cwd: root }).sort(), 'README.md', 'CONTRIBUTING.md', 'AGENTS.md'];
  return {
    lines: byName(['src', ...rooms, 'test', 'sandbox/src', 'sandbox/test', 'site/src', 'bench', 'examples'], linesOf),
    'gzipped bytes': {
      client: await bytesOf("export * from './dist/index.js'"),
      NotFoundError: await bytesOf("export { NotFoundError } from './dist/index.js'"),
      verifyWebhook: await bytesOf("export { verifyWebhook } from './dist/webhooks/index.js'"),
    },
    bytes: { tarball: tarball() },
    'functions and files of a warm call': await journeys(),
    words: byName([...guides, ...pages], (page) => readFileSync(new URL(page, root), 'utf8').split(/\s+/).length),
  };
}

const budget = JSON.parse(readFileSync(budgetFile, 'utf8')) as Sizes; // Written below.
const isLowering = process.argv.includes('--lower');
const lowered: Record<string, Record<string, number>> = {};
for (const [group, figures] of Object.entries(await measure())) {
  for (const [name, now] of Object.entries(figures)) {
    const most = budget[group]?.[name];
    (lowered[group] ??= {})[name] = Math.min(now, most ?? now);
    const what = `${group}, ${name}: ${now}`;
    if (now < (most ?? 0) * (1 - tolerance)) console.log(`${what}, below ${most}. Lower it: npm run sizes -- --lower`);
    if (most !== undefined && now <= most) continue;
    const excess = most === undefined ? 'not in size-budget.json' : `${now - most} above the budget of ${most}`;
    console.error(`${what}, ${excess}`);
    if (!isLowering) process.exitCode = 1;
  }
}
if (isLowering) writeFileSync(budgetFile, `${JSON.stringify(lowered, undefined, 2)}\n`);
