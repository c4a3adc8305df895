import { codeOrText, splitAtHeadings } from './markdown.ts';

/** Adds to each name in a list of links what it is. */
export function described(markdown: string, descriptions: ReadonlyMap<string, string>): string {
  return markdown.replaceAll(/^- \[`?(\w+)`?\]\(([^)]+)\)$/gm, (line, name: string, link: string) => {
    const description = descriptions.get(link);
    return description === undefined ? line : `- [\`${name}\`](${link}) ${description}`;
  });
}

/** Members as short as in a manual: labels instead of headings, and nothing that the signature says already. */
export function readable(markdown: string): string {
  const text = codeOrText(markdown)
    .map(({ code, text }) => (code ? text.replaceAll(/"([^"'\n]*)"/g, "'$1'") : asInProse(text)))
    .join('');
  let hidden = false;
  const parts = splitAtHeadings(text).map(({ level, title, body }) => {
    if (level <= 3) hidden = /^\\\[(hasInstance|toStringTag)\\\]/.test(title);
    return hidden ? '' : sectionText(level, title, body);
  });
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

/** Strings have the quotes of prose, a union has no bar before its first type, and a default is a line of its own. */
const asInProse = (text: string) =>
  text
    .replaceAll(/^\*{3}\n+/gm, '')
    .replaceAll(/ - \|$/gm, ' |')
    .replaceAll(/(?<=`)"([^"'`]*)"(?=`)/g, "'$1'")
    .replaceAll(/(?<=[|<:(] )\\\| /g, '')
    .replaceAll(/(?<=^\|.*\.) (?=Default: )/gm, '<br />');

/** The line that imports what the page of this file is about, such as `@example/sdk/classes/Client.md`. */
export function importOf(file: string): string {
  const [, module, kind = '', name] = /^(.+)\/([\w-]+)\/(\w+)\.md$/.exec(file) ?? [];
  if (module === undefined) return '';
  const type = /^(interfaces|type-aliases)$/.test(kind) ? 'type ' : '';
  return `\`\`\`ts\nimport ${type}{ ${name} } from '${module}';\n\`\`\`\n\n`;
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
  // A type in italics is shown as one piece of code: site/src/styles/site.css.
  if (/^(Extends|Implements|Extended by)$/.test(title))
    return `## ${title}\n\n${body.replaceAll(/^- (.+)$/gm, '- *$1*')}`;
  const said = title === 'Returns' ? body.replace(/^(?:\\\| )?([^]+?)(?=\n\n|$)/, '*$1*') : body;
  if (label && /^(Returns|See|Throws)$/.test(title)) return `**${title}** ${said.replaceAll(/\s+/g, ' ')}`;
  return title === '' ? body : `${'#'.repeat(level)} ${title}\n\n${body}`.trim();
}
