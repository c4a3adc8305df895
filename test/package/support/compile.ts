import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { tool as fileOf } from '../../support/tools.ts';
import type { compilers } from './matrix.ts';
import { runTool } from './run-tool.ts';

const modules = join(import.meta.dirname, '../../../node_modules');
const extensions = { esm: 'mts', cjs: 'cts' };

/** Programs of `consumer/`, and those that know a global `fetch`. */
const programs = ['typed', 'sandbox-typed'];
const withFetch = [...programs, 'global-fetch'];

/** Where the compiler learns what a `Response` is. */
const fromTheDOM = { lib: ['es2022', 'dom'], types: [], programs: withFetch };
const environments = [
  fromTheDOM,
  { lib: ['es2022'], types: ['node'], programs: [...withFetch, 'on-node'] },
  // The declarations then name what the compiler does not know; but a user may well skip them.
  { lib: ['es2022'], types: [], skipLibCheck: true, programs },
];

/** Compiles what users write, as strictly as they can. */
export function compileWith(tried: readonly (typeof compilers)[number][]): void {
  const cases = tried.flatMap(({ subject, tool, resolutions }) =>
    resolutions.flatMap((resolution) =>
      // Where the declarations are found has no influence on what they need.
      (resolution.moduleResolution === 'nodenext' ? environments : [fromTheDOM]).map((environment) => ({
        ...{ subject, tool, ...resolution, ...environment },
      })),
    ),
  );

  beforeAll(async () => {
    for (const program of [...withFetch, 'on-node']) {
      for (const extension of Object.values(extensions)) {
        const source = join(import.meta.dirname, `../consumer/${program}.ts`);
        await copyFile(source, join(inject('project'), `${program}.${extension}`));
      }
    }
  });

  it.each(cases)(
    '$subject compiles a user with moduleResolution $moduleResolution, lib $lib and types $types',
    async ({ subject: _, tool, kinds, programs: compiled, ...options }) => {
      const files = compiled.flatMap((program) => kinds.map(({ format }) => `${program}.${extensions[format]}`));
      const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
      const found = { typeRoots: [join(modules, '@types')], paths: { undici: [join(modules, 'undici/index.d.ts')] } };
      const compilerOptions = { target: 'es2022', noEmit: true, ...found, ...strict, ...options };
      const config = `tsconfig.${tool}.json`;
      await writeFile(join(inject('project'), config), JSON.stringify({ compilerOptions, files }));

      // Rejects with what the compiler says, unless it finds nothing.
      expect(await runTool([process.execPath, fileOf(`${tool}/bin/tsc`), '-p', config])).toBe('');
    },
  );
}
