import { recipes } from '../../test/frameworks/support/recipes.ts';
import { programOf } from '../../test/guides/support/program.ts';
import { toHash } from '../src/playground/address.ts';
import { isModuleName } from '../src/playground/modules.ts';
import type { Page } from './pages.ts';

/** Why an example can't run in a page, in a word; `undefined` if it can. */
export function obstacle({ file }: Page, code: string): string | undefined {
  if (file === 'docs/networks.md') return 'network';
  if (recipes.has(/^\/\/ (.+)\n/.exec(code)?.[1] ?? '') || code.includes('.listen(')) return 'server';
  return programOf(code).modules.find((name) => !isModuleName(name));
}

/** Puts a link below each example that can run in a page. A script of the page runs the program in its place. */
export function withExamples(page: Page, markdown: string, base: string): string {
  if (!/^(docs\/[\w-]+|README|sandbox\/README)\.md$/.test(page.file)) return markdown;
  return markdown.replaceAll(/^```ts\n([^]*?)^```$/gm, (block, code: string) => {
    if (obstacle(page, code) !== undefined) return block;
    const address = `${base}playground/${toHash(programOf(code).code.trimEnd())}`;
    return `${block}\n\n<p class="run-example"><a href="${address}">Run this example</a></p>`;
  });
}

/** Removes these links from the Markdown that is published beside the pages. */
export function withoutExamples(markdown: string): string {
  return markdown.replaceAll(/\n<p class="run-example".*<\/p>\n/g, '');
}
