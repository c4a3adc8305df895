import { codeOrText, outsideCode } from './markdown.ts';

/** Adds to each name in a list of links what it is. */
export function described(markdown: string, descriptions: ReadonlyMap<string, string>): string {
  return markdown.replaceAll(/^- \[`?(\w+)`?\]\(([^)]+)\)$/gm, (line, name: string, link: string) => {
    const description = descriptions.get(link);
    return description === undefined ? line : `- [\`${name}\`](${link}) ${description}`;
  });
}

interface Section {
  readonly level: number;
  readonly title: string;
  readonly body: string;
}

/** Members as short as in a manual: labels instead of headings, and nothing that the signature says already. */
export function readable(markdown: string): string {
  const text = outsideCode(markdown, (part) => part.replaceAll(/^\*{3}\n+/gm, '').replaceAll(/ - \|$/gm, ' |'));
  let hidden = false;
  const parts = sectionsOf(text).map(({ level, title, body }) => {
    if (level <= 3) hidden = /^\\\[(hasInstance|toStringTag)\\\]/.test(title);
    return hidden ? '' : sectionText(level, title, body);
  });
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function sectionText(level: number, title: string, body: string): string {
  const label = level > 3;
  // A table says of what it is, and the heading of a page's only constructor is that of its group.
  if (title === 'Constructors') return '## Constructor';
  if (title === 'Constructor' || title === 'Get Signature' || (label && title === 'Example')) return body;
  if (/^(Inherited from|Overrides|Implementation of)$/.test(title)) return '';
  if (label && title === 'Parameters') return body;
  if (label && title === 'Type Parameters') return body.includes('| Description |') ? body : '';
  if (title === 'Returns' && /^`[^`]*`$/.test(body)) return '';
  if (label && /^(Returns|Throws)$/.test(title))
    return `**${title}** ${body.replaceAll(/\s+/g, ' ').replace(/^\\\| /, '')}`;
  return title === '' ? body : `${'#'.repeat(level)} ${title}\n\n${body}`.trim();
}

/** What is below each heading, and before the first one. */
function sectionsOf(markdown: string): Section[] {
  const sections: Section[] = [];
  let last = { level: 0, title: '', body: '' };
  for (const { code, text } of codeOrText(markdown)) {
    const [before = '', ...others] = code ? [text] : text.split(/^(?=#{2,6} )/m);
    last.body += before;
    for (const other of others) {
      sections.push(last);
      const [, marks = '', title = '', body = ''] = /^(#+) (.*)\n?([^]*)$/.exec(other) ?? [];
      last = { level: marks.length, title, body };
    }
  }
  return [...sections, last].map((section) => ({ ...section, body: section.body.trim() }));
}
