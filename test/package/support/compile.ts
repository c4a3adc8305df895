import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { tool as fileOf } from '../../support/tools.ts';
import type { compilers } from './matrix.ts';
import { runTool } from './run-tool.ts';

const typeRoots = [join(import.meta.dirname, '../../../node_modules/@types')];
const extensions = { esm: 'mts', cjs: 'cts' };

/** Where the compiler finds the type of a `Response`. */
const environments = [
  { lib: ['es2022', 'dom'], types: [] },
  { lib: ['es2022'], types: ['node'] },
  // Here, the declarations name types that the compiler doesn't know; but users may skip checking them.
  { lib: ['es2022'], types: [], skipLibCheck: true },
];

/** Compiles what users write, with the strictest options. */
export function compileConsumers(given: typeof compilers): void {
  it.each(given.flatMap((compiler) => environments.map((environment) => ({ ...compiler, ...environment }))))(
    "$subject compiles a user's code with moduleResolution $moduleResolution, lib $lib and types $types",
    async ({ subject: _, tool, kinds, ...options }) => {
      const project = inject('project');
      const files = kinds.map(({ format }) => `typed.${extensions[format]}`);
      const consumer = join(import.meta.dirname, '../consumer/typed.ts');
      for (const file of files) await copyFile(consumer, join(project, file));
      const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
      const compilerOptions = { target: 'es2022', noEmit: true, typeRoots, ...strict, ...options };
      const config = `tsconfig.${tool}.json`;
      await writeFile(join(project, config), JSON.stringify({ compilerOptions, files }));

      // Rejects with the compiler's output if there are errors.
      expect(await runTool([process.execPath, fileOf(`${tool}/bin/tsc`), '-p', config])).toBe('');
    },
  );
}
