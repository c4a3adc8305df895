import { outsideCode, splitAtHeadings } from './markdown.ts';

/** Adds to each name in a list of links what it is. */
export function described(markdown: string, descriptions: ReadonlyMap<string, string>): string {
  return markdown.replaceAll(/^- \[`?(\w+)`?\]\(([^)]+)\)$/gm, (line, name: string, link: string) => {
    const description = descriptions.get(link);
    return description === undefined ? line : `- [\`${name}\`](${link}) ${description}`;
  });
}

/** Members as short as in a manual: labels instead of headings, and nothing that the signature says already. */
export function readable(markdown: string): string {
  const text = outsideCode(markdown, (part) => part.replaceAll(/^\*{3}\n+/gm, '').replaceAll(/ - \|$/gm, ' |'));
  let hidden = false;
  const parts = splitAtHeadings(text).map(({ level, title, body }) => {
    if (level <= 3) hidden = /^\\\[(hasInstance|toStringTag)\\\]/.test(title);
    return hidden ? '' : sectionText(level, title, body);
  });
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

/** The line that imports what the page of this file is about, such as `@example/sdk/classes/Client.md`. */
export function importOf(file: string): string {
  const [, module, kind = '', name] = /^(.+)\/([\w-]+)\/(\w+)\.md$/.exec(file) ?? [];
  if (module === undefined) return '';
  const type = /^(interfaces|type-aliases)$/.test(kind) ? 'type ' : '';
  return `\`\`\`ts frame="none"\nimport ${type}{ ${name} } from '${module}';\n\`\`\`\n\n`;
}

function sectionText(level: number, title: string, body: string): string {
  const label = level > 3 || /^(Parameters|Returns|See|Throws|Type Parameters)$/.test(title);
  // A table says of what it is, and the heading of a page's only constructor is that of its group.
  if (title === 'Constructors') return '## Constructor';
  if (title === 'Constructor' || title === 'Get Signature' || (label && title === 'Example')) return body;
  if (/^(Inherited from|Overrides|Implementation of)$/.test(title)) return '';
  if (label && title === 'Parameters') return body;
  if (label && title === 'Type Parameters') return body.includes('| Description |') ? body : '';
  if (title === 'Returns' && /^`[^`]*`$/.test(body)) return '';
  if (label && /^(Returns|See|Throws)$/.test(title))
    return `**${title}** ${body.replaceAll(/\s+/g, ' ').replace(/^\\\| /, '')}`;
  return title === '' ? body : `${'#'.repeat(level)} ${title}\n\n${body}`.trim();
}
