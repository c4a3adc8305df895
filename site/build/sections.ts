import { splitAtHeadings } from './markdown.ts';

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
  return splitAtHeadings(body).map((section, index) => {
    const heading = plain(section.title).trim();
    const text = plain(withoutMarks(section.body)).replaceAll(/\s+/g, ' ').trim();
    return { address: index === 0 ? address : `${address}#${slug(heading)}`, page, heading, text };
  });
}

/** Words without marks, tables, links and HTML. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<!--[^]*?-->|<\/?[a-z][^>]*>/gi, ' ')
    .replaceAll(/\\(?=[^\w\s])|[`*|]|-{3,}|^#+ |^>/gm, '')
    .replaceAll('&lt;', '<');
}

/** Without the marks of lists and of blocks of code. */
function withoutMarks(markdown: string): string {
  return markdown.replaceAll(/^```.*$|^ *(?:[-*]|\d+\.) /gm, '');
}
