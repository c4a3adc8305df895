import { codeOrText } from './markdown.ts';

/** A part of a page that the search can find: what is below one heading. */
export interface Section {
  /** Of the page, such as `guides/errors/#timeouts`. */
  readonly address: string;
  readonly page: string;
  /** Empty for what comes before the first heading. */
  readonly heading: string;
  readonly text: string;
}

/** Splits the Markdown of a page, without its front matter, at its headings. `slug` gives the anchor of the next one. */
export function sectionsOf(
  { address, title: page, body }: { address: string; title: string; body: string },
  slug: (heading: string) => string,
): Section[] {
  const sections = [{ address, page, heading: '', text: '' }];
  for (const { code, text } of codeOrText(body)) {
    const [before = '', ...others] = code ? [text.replaceAll(/^```.*$/gm, '')] : text.split(/^#{2,6} /m);
    const last = sections.at(-1);
    if (last) last.text += plain(withoutListMarks(before));
    for (const other of others) {
      const [line = '', ...rest] = other.split('\n');
      const heading = plain(line).trim();
      sections.push({
        address: `${address}#${slug(heading)}`,
        page,
        heading,
        text: plain(withoutListMarks(rest.join('\n'))),
      });
    }
  }
  return sections.map((section) => ({ ...section, text: section.text.replaceAll(/\s+/g, ' ').trim() }));
}

/** Words without marks, tables, links and HTML. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<!--[^]*?-->|<\/?[a-z][^>]*>/gi, ' ')
    .replaceAll(/\\(?=[^\w\s])|[`*|]|-{3,}|^#+ |^>/gm, '')
    .replaceAll('&lt;', '<');
}

function withoutListMarks(markdown: string): string {
  return markdown.replaceAll(/^ *(?:[-*]|\d+\.) /gm, '');
}
