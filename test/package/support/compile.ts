import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { tool as fileOf } from '../../support/tools.ts';
import { compilers } from './matrix.ts';
import { runTool } from './run-tool.ts';

const modules = join(import.meta.dirname, '../../../node_modules');
const extensions = { esm: 'mts', cjs: 'cts' };

/** Where the compiler learns what a `Response` is, and which programs of `consumer/` it compiles. */
const fromTheDOM = { lib: ['es2022', 'dom'], types: [], programs: ['typed', 'global-fetch'] };
const environments = [
  fromTheDOM,
  { lib: ['es2022'], types: ['node'], programs: ['typed', 'global-fetch', 'on-node'] },
  // The declarations then name what the compiler does not know; but a user may well skip them.
  { lib: ['es2022'], types: [], skipLibCheck: true, programs: ['typed'] },
];

const [oldest] = compilers;
const cases = compilers.flatMap(({ subject, tool, resolutions }) =>
  resolutions.flatMap((resolution) => {
    const isFirst = resolution.moduleResolution === 'nodenext';
    const each = { subject, tool, isTriedOften: isFirst && tool === oldest?.tool, ...resolution };
    // Where the declarations are found has no influence on what they need.
    return (isFirst ? environments : [fromTheDOM]).map((environment) => ({ ...each, ...environment }));
  }),
);

/** Compiles what users write, as strictly as they can. */
export function compileConsumers(when: 'with each change' | 'once a week'): void {
  it.each(cases.filter(({ isTriedOften }) => isTriedOften === (when === 'with each change')))(
    '$subject compiles a user with moduleResolution $moduleResolution, lib $lib and types $types',
    async ({ subject: _, isTriedOften: __, tool, kinds, programs: compiled, ...options }) => {
      const project = inject('project');
      const files = compiled.flatMap((name) =>
        kinds.map(({ format }) => [name, `${name}.${extensions[format]}`] as const),
      );
      const consumer = join(import.meta.dirname, '../consumer');
      for (const [name, file] of files) await copyFile(join(consumer, `${name}.ts`), join(project, file));
      const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
      const found = { typeRoots: [join(modules, '@types')], paths: { undici: [join(modules, 'undici/index.d.ts')] } };
      const compilerOptions = { target: 'es2022', noEmit: true, ...found, ...strict, ...options };
      const config = `tsconfig.${tool}.json`;
      await writeFile(join(project, config), JSON.stringify({ compilerOptions, files: files.map(([, file]) => file) }));

      // Rejects with what the compiler says, unless it finds nothing.
      expect(await runTool([process.execPath, fileOf(`${tool}/bin/tsc`), '-p', config])).toBe('');
    },
  );
}
