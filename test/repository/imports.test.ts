import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const configuration = fileURLToPath(new URL('../../.dependency-cruiser.js', import.meta.url));

/** The rules that these files of `src` break; each file imports a type from each of the others that it names. */
async function brokenRules(files: Record<string, string[]>): Promise<string[]> {
  const baseDir = mkdtempSync(join(tmpdir(), 'imports-'));
  onTestFinished(() => rmSync(baseDir, { recursive: true }));
  for (const folder of ['src', 'sandbox/src']) mkdirSync(join(baseDir, folder), { recursive: true });
  for (const [file, imported] of Object.entries(files)) {
    const lines = imported.map((path) => `import type { A } from '${path}';`);
    mkdirSync(join(baseDir, 'src', dirname(file)), { recursive: true });
    writeFileSync(join(baseDir, 'src', file), [...lines, 'export type A = string;'].join('\n'));
  }
  const { output } = await cruise(['src', 'sandbox'], { ...(await extractDepcruiseOptions(configuration)), baseDir });
  if (typeof output === 'string') throw new Error('The report is no object.');
  expect(output.summary.totalCruised).toBe(Object.keys(files).length);
  return output.summary.violations.map(({ rule }) => rule.name);
}

it('lets imports point one way', async () => {
  expect(
    await brokenRules({
      'index.ts': ['./client.ts'],
      'client.ts': ['./resources/users.ts', './http/http-client.ts'],
      'resources/users.ts': ['../http/api-promise.ts', '../pagination/page.ts'],
      'pagination/page.ts': ['../http/http-client.ts'],
      'http/http-client.ts': ['./api-promise.ts', '../rate-limit/limiter.ts', '../telemetry/events.ts'],
      'http/api-promise.ts': ['../errors/index.ts'],
      'rate-limit/limiter.ts': ['./share.ts', '../utils/abort.ts'],
      'rate-limit/share.ts': [],
      'sharing/store.ts': [],
      'sharing/connection.ts': ['./store.ts', '../rate-limit/share.ts'],
      'webhooks/replay-store.ts': ['../errors/index.ts'],
      'redis/index.ts': ['../sharing/store.ts', '../webhooks/replay-store.ts'],
      'sqlite/index.ts': ['../sharing/store.ts', '../webhooks/replay-store.ts'],
      'telemetry/events.ts': ['../errors/index.ts'],
      'utils/abort.ts': ['../errors/index.ts'],
      'errors/index.ts': [],
    }),
  ).toEqual([]);
});

it.each([
  ['http', 'pagination'],
  ['rate-limit', 'http'],
  ['rate-limit', 'sharing'],
  ['pagination', 'resources'],
  ['webhooks', 'http'],
  ['webhooks', 'rate-limit'],
  ['webhooks', 'redis'],
  ['errors', 'utils'],
  ['telemetry', 'http'],
  ['redis', 'sqlite'],
])('refuses an import by %s of %s', async (from, to) => {
  expect(await brokenRules({ [`${from}/a.ts`]: [`../${to}/store.ts`], [`${to}/store.ts`]: [] })).toEqual([
    `one-way/${from}`,
  ]);
});

it.each(['client.ts', 'index.ts'])('refuses an import of %s by a folder', async (file) => {
  expect(await brokenRules({ 'http/a.ts': [`../${file}`], [file]: [] })).toEqual(['one-way/client-and-index']);
});

it('refuses a folder that has no rule', async () => {
  expect(await brokenRules({ 'helpers/a.ts': ['./b.ts'], 'helpers/b.ts': [] })).toEqual([
    'one-way/folder-without-a-rule',
  ]);
});

it.each(['sharing/lease.ts', 'webhooks/webhooks.ts'])('refuses an import by a store of %s', async (file) => {
  expect(await brokenRules({ 'redis/a.ts': [`../${file}`], [file]: [] })).toEqual([
    'stores-import-what-stores-share-only',
  ]);
});

it('refuses an import by the sandbox of the sources of the SDK', async () => {
  expect(await brokenRules({ '../sandbox/src/a.ts': ['../../src/webhooks/sign.ts'], 'webhooks/sign.ts': [] })).toEqual([
    'sandbox-imports-the-package',
  ]);
});

it.each([
  ['storage', 'state'],
  ['webhooks', 'state'],
  ['api', 'dashboard'],
])('refuses an import, in the sandbox, by %s of %s', async (from, to) => {
  const files = { [`../sandbox/src/${from}/a.ts`]: [`../${to}/b.ts`], [`../sandbox/src/${to}/b.ts`]: [] };

  expect(await brokenRules(files)).toEqual([`sandbox-one-way/${from}`]);
});

it('lets only the command line import what puts the sandbox together', async () => {
  const assembly = { '../sandbox/src/sandbox.ts': [] };

  expect(await brokenRules({ '../sandbox/src/cli/a.ts': ['../sandbox.ts'], ...assembly })).toEqual([]);
  expect(await brokenRules({ '../sandbox/src/api/a.ts': ['../sandbox.ts'], ...assembly })).toEqual([
    'sandbox-one-way/assembly',
  ]);
});

it('refuses files that import each other in a circle, even if only their types do', async () => {
  expect(await brokenRules({ 'http/a.ts': ['./b.ts'], 'http/b.ts': ['./c.ts'], 'http/c.ts': ['./a.ts'] })).toContain(
    'no-cycles',
  );
});
