import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, inject, it } from 'vitest';
import { recordAsCompatible } from './support/compatibility.ts';
import { runTool, tool, versionOf } from './support/tools.ts';

const kinds = [
  { moduleKind: 'ES module', extension: 'mts' },
  { moduleKind: 'CommonJS', extension: 'cts' },
] as const;

const resolutions = [
  { moduleResolution: 'bundler', module: 'esnext', kinds: kinds.slice(0, 1) },
  { moduleResolution: 'node16', module: 'node16', kinds },
  { moduleResolution: 'nodenext', module: 'nodenext', kinds },
];

/** The default of CommonJS projects up to TypeScript 5; it knows nothing of `exports` in a package.json. */
const node10 = { moduleResolution: 'node10', module: 'commonjs', kinds: kinds.slice(1) };

const compilers = [
  { compiler: 'TypeScript 5.4', name: 'typescript54', resolutions: [node10, ...resolutions] },
  { compiler: 'TypeScript 6', name: 'typescript6', resolutions },
  { compiler: 'TypeScript 7', name: 'typescript7', resolutions },
];

/** Where the compiler learns what a `Response` is. */
const environments = {
  'the DOM library': { lib: ['es2022', 'dom'], types: [] },
  '@types/node': { lib: ['es2022'], types: ['node'] },
  both: { lib: ['es2022', 'dom'], types: ['node'] },
  // The declarations then name what the compiler does not know; but a user may well skip them.
  neither: { lib: ['es2022'], types: [], skipLibCheck: true },
};
type Environment = keyof typeof environments;
const anywhere: Environment[] = ['the DOM library', '@types/node', 'neither'];

/** What is compiled: a program of `consumer/`, where what it imports is installed. */
const programs: { program: string; installed: 'packed' | 'packedSandbox'; compiledWith: Environment[] }[] = [
  { program: 'typed', installed: 'packed', compiledWith: anywhere },
  { program: 'global-fetch', installed: 'packed', compiledWith: ['the DOM library', '@types/node', 'both'] },
  { program: 'undici-fetch', installed: 'packed', compiledWith: ['@types/node', 'both'] },
  { program: 'sandbox-typed', installed: 'packedSandbox', compiledWith: anywhere },
];

beforeAll(async () => {
  for (const { program, installed } of programs) {
    for (const { extension } of kinds) {
      const source = join(import.meta.dirname, `consumer/${program}.ts`);
      await copyFile(source, join(inject(installed).project, `${program}.${extension}`));
    }
  }
});

describe.each(compilers)('$compiler', ({ compiler, name, resolutions: supported }) => {
  it.each(supported)('compiles a user with moduleResolution $moduleResolution', async (resolution) => {
    const { moduleResolution, module, kinds: used } = resolution;
    for (const [environment, options] of Object.entries(environments) as [Environment, object][]) {
      for (const project of ['packed', 'packedSandbox'] as const) {
        const compiled = programs.filter(
          ({ installed, compiledWith }) => installed === project && compiledWith.includes(environment),
        );
        const files = compiled.flatMap(({ program }) => used.map(({ extension }) => `${program}.${extension}`));
        if (files.length > 0)
          await compile(name, { ...options, module, moduleResolution }, files, inject(project).project);
      }
    }

    for (const { moduleKind } of used) {
      const subject = `${compiler}, ${moduleResolution}`;
      recordAsCompatible({ section: 'Compiler', subject, version: versionOf(name), moduleKind });
    }
  });
});

/** As strict as a user can be. Rejects with what the compiler said, unless it found nothing. */
async function compile(
  name: string,
  options: Record<string, unknown>,
  files: readonly string[],
  project: string,
): Promise<void> {
  const config = `tsconfig.${name}.${String(options['moduleResolution'])}.json`;
  const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const found = { typeRoots: [tool('@types')], paths: { undici: [tool('undici/index.d.ts')] } };
  const compilerOptions = { target: 'es2022', noEmit: true, ...found, ...strict, ...options };
  await writeFile(join(project, config), JSON.stringify({ compilerOptions, files }));
  await runTool(['node24/bin/node', tool(`${name}/bin/tsc`), '-p', config], {}, project);
}
