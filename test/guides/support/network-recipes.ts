import { codeBlocks, type CodeBlock } from './code-blocks.ts';

/** The blocks of docs/networks.md. They need a proxy, a certificate or such, so each has a test that brings it. */
export const networkRecipes: readonly CodeBlock[] = codeBlocks.filter(({ guide }) => guide === 'docs/networks.md');

/** The code of one, by its heading and its number there, such as `With undici, 2`. */
export function networkRecipe(name: string): string {
  const block = networkRecipes.find((recipe) => recipe.name === `docs/networks.md: ${name}`);
  if (block === undefined) throw new Error(`docs/networks.md has no recipe "${name}".`);
  return block.code;
}
