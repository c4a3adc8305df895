import { recipes } from '../../test/frameworks/support/recipes.ts';
import { programOf } from '../../test/guides/support/program.ts';
import { toHash } from '../src/playground/address.ts';
import { isModuleName } from '../src/playground/modules.ts';
import type { Page } from './pages.ts';

/** Whether an example needs no more than a page has: no network, server or other module. */
export function isRunnable({ file }: Page, code: string): boolean {
  const isServer = recipes.has(/^\/\/ (.+)\n/.exec(code)?.[1] ?? '') || code.includes('.listen(');
  return file !== 'docs/networks.md' && !isServer && programOf(code).modules.every(isModuleName);
}

/** Puts a link below each example that can run in a page. A script of the page runs the program in its place. */
export function withExamples(page: Page, markdown: string, base: string): string {
  if (!/^(docs\/[\w-]+|README|sandbox\/README)\.md$/.test(page.file)) return markdown;
  return markdown.replaceAll(/^```ts\n([^]*?)^```$/gm, (block, code: string) => {
    if (!isRunnable(page, code)) return block;
    const address = `${base}playground/${toHash(programOf(code).code.trimEnd())}`;
    return `${block}\n\n<p class="run-example"><a href="${address}">Run this example</a></p>`;
  });
}

/** Removes these links from the Markdown that is published beside the pages. */
export function withoutExamples(markdown: string): string {
  return markdown.replaceAll(/\n<p class="run-example".*<\/p>\n/g, '');
}
