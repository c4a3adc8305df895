import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { compilers } from './support/compilers.ts';
import { runTool, tool } from './support/tools.ts';

const extensions = { esm: 'mts', cjs: 'cts' };

/** Programs of `consumer/`, and those that know a global `fetch`. */
const programs = ['typed', 'sandbox-typed'];
const withFetch = [...programs, 'global-fetch'];

/** Where the compiler learns what a `Response` is. */
const fromTheDOM = { lib: ['es2022', 'dom'], types: [], programs: withFetch };
const onNode = [...withFetch, 'on-node'];
const environments = [
  fromTheDOM,
  { lib: ['es2022'], types: ['node'], programs: onNode },
  { lib: ['es2022', 'dom'], types: ['node'], programs: onNode },
  // The declarations then name what the compiler does not know; but a user may well skip them.
  { lib: ['es2022'], types: [], skipLibCheck: true, programs },
];

const cases = compilers.flatMap(({ compiler, name, resolutions }) =>
  resolutions.flatMap((resolution) =>
    // Where the declarations are found has no influence on what they need.
    (resolution.moduleResolution === 'nodenext' ? environments : [fromTheDOM]).map((environment) => ({
      compiler,
      name,
      ...resolution,
      ...environment,
    })),
  ),
);

beforeAll(async () => {
  for (const program of onNode) {
    for (const extension of Object.values(extensions)) {
      const source = join(import.meta.dirname, `consumer/${program}.ts`);
      await copyFile(source, join(inject('project'), `${program}.${extension}`));
    }
  }
});

it.each(cases)(
  '$compiler compiles a user with moduleResolution $moduleResolution, lib $lib and types $types',
  async ({ compiler: _, name, kinds, programs: compiled, ...options }) => {
    const files = compiled.flatMap((program) => kinds.map(({ format }) => `${program}.${extensions[format]}`));
    // As strict as a user can be.
    const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    const found = { typeRoots: [tool('@types')], paths: { undici: [tool('undici/index.d.ts')] } };
    const compilerOptions = { target: 'es2022', noEmit: true, ...found, ...strict, ...options };
    const config = `tsconfig.${name}.json`;
    await writeFile(join(inject('project'), config), JSON.stringify({ compilerOptions, files }));

    // Rejects with what the compiler says, unless it finds nothing.
    expect(await runTool(['node24/bin/node', tool(`${name}/bin/tsc`), '-p', config])).toBe('');
  },
);
