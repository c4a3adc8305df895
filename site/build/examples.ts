import { programOf } from '../../test/guides/support/program.ts';
import { toHash } from '../src/playground/address.ts';

/** An example that prints something in a page: its fence says `ts run` or `js run`. */
export const runnable = /^```(?:ts|js) run\n([^]*?)^```$/gm;

/** Puts a link before each of them, which the page shows on it. A script runs the program in its place. */
export function withExamples(markdown: string, base: string): string {
  return markdown.replaceAll(runnable, (block, code: string) => {
    const address = `${base}playground/${toHash(programOf(code).trimEnd())}`;
    return `<p class="run-example"><a href="${address}">Run<span class="sr-only"> this example</span></a></p>\n\n${block}`;
  });
}

/** Removes these links from the Markdown that is published beside the pages. */
export function withoutExamples(markdown: string): string {
  return markdown.replaceAll(/<p class="run-example".*<\/p>\n\n/g, '');
}
