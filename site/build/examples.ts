import { programOf } from '../../test/guides/support/program.ts';
import { toHash } from '../src/playground/address.ts';

/** An example that prints something in a page: its fence says `run`, and what it shows. */
export const runnable = /^```(?:ts|js) run title=".+"\n([^]*?)^```$/gm;

/** Gives code a bar with the name of its file, and each example a link that runs it in the playground. */
export function withBars(markdown: string, base: string): string {
  return markdown
    .replaceAll(/^```(\w+)(?=\n\/\/ [\w./-]+\.[jt]s\n)/gm, '```$1 frame="code"')
    .replaceAll(runnable, (block, code: string) => {
      const link = `<p class="run-example"><a href="${base}playground/${toHash(programOf(code).trimEnd())}">Run<span class="sr-only"> this example</span></a></p>`;
      return `${link}\n\n${block.replace(' run', ' frame="code"')}`;
    });
}

/** Shows one at a time of blocks that follow each other and have a label in bold each. */
export const withTabs = (markdown: string) =>
  markdown.replaceAll(/^(?:\*\*.+\*\*\n\n```[^]*?^```\n\n){2,}/gm, (blocks) => {
    const labeled = blocks.replaceAll(/(?<=^\*\*)(.+)(?=\*\*$)/gm, '<label><input type="radio" name="tab">$1</label>');
    return `<fieldset class="tabs">\n\n${labeled.replace('name', 'checked name')}</fieldset>\n\n`;
  });

/** Removes the links, the bars and the tabs from the Markdown that is published beside the pages. */
export const withoutBars = (markdown: string) =>
  markdown.replaceAll(
    /<p class="run-example".*<\/p>\n\n|(?<=^```\w+) frame="code"(?: title=".+")?|<\/?(?:fieldset|label|input|span)\b.*?>/gm,
    '',
  );
