import { stripTypeScriptTypes } from 'node:module';
import { codeOf } from '../guides/support/code-blocks.ts';

/** Runs the program of a guide with what it uses and doesn't declare. */
export type GuideProgram = (given: Readonly<Record<string, unknown>>) => Promise<void>;

/**
 * Imports a block of code of a guide as a program. Each run has variables of its own.
 *
 * @param name As in `codeBlocks`.
 * @param given The names that the block uses and doesn't declare.
 */
export async function guideProgram(name: string, given: readonly string[]): Promise<GuideProgram> {
  const body = codeOf(name).replaceAll(/^import .+$/gm, '');
  const code = stripTypeScriptTypes(`export default async ({ ${given.join(', ')} }) => {\n${body}\n};`);
  // What the line above exports.
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
    default: GuideProgram;
  };
  return module.default;
}
