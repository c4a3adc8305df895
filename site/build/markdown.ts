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

/** The title in the front matter of a page, or else its first heading. */
export function titleOf(markdown: string): string | undefined {
  const [, heading, title = heading] = /^(?:# (.+)|title: (.+))$/m.exec(markdown) ?? [];
  return title?.startsWith('"') ? (JSON.parse(title) as string) : title?.replace(/^'(.+)'$/, '$1');
}

/** MDX without its imports and components: their content stays. */
export function withoutComponents(mdx: string): string {
  return outsideCode(mdx, (part) => part.replaceAll(/^import .+\n/gm, '').replaceAll(/^ *<\/?[A-Z][^>]*>\n?/gm, ''));
}
