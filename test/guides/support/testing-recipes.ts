import { readFileSync } from 'node:fs';
import { codeBlocks, type CodeBlock } from './code-blocks.ts';

/** The tests of docs/testing.md, which need a test runner. */
export const testingRecipes: readonly CodeBlock[] = codeBlocks.filter(
  ({ guide, language }) => guide === 'docs/testing.md' && language === 'ts',
);

/** The line with which a test that Jest runs in jsdom can load the SDK. */
export const [forJestInJsdom] = /\/\*\* @jest-environment .*? \*\//.exec(
  readFileSync(new URL('../../../docs/testing.md', import.meta.url), 'utf8'),
) as unknown as [string]; // The guide has it.

/** Those for each test runner. Those for Jest run in test/package/test-runners. */
export const [forVitest, forJest, forNode] = ['vitest', '@jest/globals', 'node:test'].map((runner) =>
  testingRecipes.filter(({ code }) => code.includes(`from '${runner}'`)),
) as [CodeBlock[], CodeBlock[], CodeBlock[]]; // One for each of the three.
