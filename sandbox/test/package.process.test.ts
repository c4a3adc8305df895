import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

const root = join(import.meta.dirname, '..');
const packed = z.tuple([z.object({ unpackedSize: z.number(), files: z.array(z.object({ path: z.string() })) })]);

test.each([
  [
    'ES module',
    ['--input-type=module', '-e', "import { createSandbox } from '@example/sandbox'; createSandbox({ usres: 1 })"],
  ],
  ['CommonJS', ['-e', "require('@example/sandbox').createSandbox({ usres: 1 })"]],
])('a typo prints a message, and no page of minified source before it: %s', async (_, args) => {
  const run = promisify(execFile)(process.execPath, args, { cwd: root });
  const { stderr } = await run.catch((error: unknown) => z.object({ stderr: z.string() }).parse(error));
  expect(stderr).toContain('usres');
  expect(stderr.length).toBeLessThan(3_000);
});

describe('what npm publish ships', () => {
  let unpackedSize: number;
  let files: readonly string[];

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
    });
    const [tarball] = packed.parse(JSON.parse(stdout));
    unpackedSize = tarball.unpackedSize;
    files = tarball.files.map(({ path }) => path);
  }, 60_000);

  test('is built code with its declarations, the OpenAPI document, and what a user reads', () => {
    const others = files.filter((path) => !/^dist\/.+\.(js|cjs|d\.ts|d\.cts)$/.test(path));

    expect(others.sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/LICENSES.txt',
      'dist/sbom.cdx.json',
      'openapi.json',
      'package.json',
    ]);
  });

  test('imports nothing but what it ships, the SDK, and Node', async () => {
    const scripts = files.filter((path) => /\.c?js$/.test(path));
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(scripts.map((path, index) => [String(index), path])),
      outdir: 'unused',
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
      tsconfigRaw: {}, // The repository's own leads to src.
    });
    const imported = new Set(Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)));

    expect(Object.keys(metafile.inputs).filter((path) => !files.includes(path))).toEqual([]);
    expect([...imported].filter((specifier) => !isBuiltin(specifier))).toEqual(['@example/sdk/webhooks']);
  });

  test('has declarations that import nothing', async () => {
    const declarations = files.filter((path) => /\.d\.c?ts$/.test(path));
    const texts = await Promise.all(declarations.map((path) => readFile(join(root, path), 'utf8')));

    expect(texts.join('\n')).toContain('declare function createSandbox(');
    expect(texts.join('\n')).not.toMatch(/\bfrom '|\bimport[ (]/);
  });

  // It is not minified: a page of it is not what someone wants to read before an error.
  test('is at most 1.5 MB unpacked', () => {
    expect(unpackedSize).toBeLessThanOrEqual(1_500_000);
  });
});
