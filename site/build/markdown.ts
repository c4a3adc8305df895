const fence = /(^```[^]*?^```$)/m;

/** The parts of a page in their order: blocks of code, and what is between them. */
export function codeOrText(markdown: string): { code: boolean; text: string }[] {
  return markdown.split(fence).map((text) => ({ code: text.startsWith('```'), text }));
}

/** Changes Markdown, and leaves its blocks of code as they are. */
export function outsideCode(markdown: string, change: (part: string) => string): string {
  return codeOrText(markdown)
    .map(({ code, text }) => (code ? text : change(text)))
    .join('');
}

/** What is below each heading, and before the first one, without white space around it. */
export function splitAtHeadings(markdown: string): { level: number; title: string; body: string }[] {
  const sections = [{ level: 0, title: '', body: '' }];
  for (const { code, text } of codeOrText(markdown)) {
    // A text isn't split at its start.
    const [before = '', ...others] = code ? [text] : text.replace(/^(?=#)/, '\n').split(/^(?=#{2,6} )/m);
    const last = sections.at(-1);
    if (last) last.body += before;
    for (const other of others) {
      const [, marks = '', title = '', body = ''] = /^(#+) (.*)\n?([^]*)$/.exec(other) ?? [];
      sections.push({ level: marks.length, title, body });
    }
  }
  return sections.map((section) => ({ ...section, body: section.body.trim() }));
}

/** The title in the front matter of a page, or else its first heading. */
export function titleOf(markdown: string): string | undefined {
  const [, heading, title = heading] = /^(?:# (.+)|title: (.+))$/m.exec(markdown) ?? [];
  return title?.startsWith('"') ? (JSON.parse(title) as string) : title?.replace(/^'(.+)'$/, '$1');
}

/** MDX without its imports and components: their content stays. */
export function withoutComponents(mdx: string): string {
  return outsideCode(mdx, (part) => part.replaceAll(/^import .+\n/gm, '').replaceAll(/^ *<\/?[A-Z][^>]*>\n?/gm, ''));
}

/** The cells of a line of a table. */
export const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
