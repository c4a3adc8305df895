import { cellsOf, codeOrText, presetIn, splitAtHeadings } from './markdown.ts';

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
    .map(({ code, text }) => (code ? asShort(text) : withDefaults(asInProse(text))))
    .join('');
  let hidden = false;
  const parts = splitAtHeadings(text).map(({ level, title, body }) => {
    if (level <= 3) hidden = /^\\\[(hasInstance|toStringTag)\\\]/.test(title);
    return hidden ? '' : sectionText(level, title, body);
  });
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

/** Strings have the quotes of prose, and a union has no bar before its first type. */
const asInProse = (text: string) =>
  text
    .replaceAll(/^\*{3}\n+/gm, '')
    .replaceAll(/ - \|$/gm, ' |')
    .replaceAll(/(?<=`)"([^"'`]*)"(?=`)/g, "'$1'")
    .replaceAll(/(?<=[|<:(] )\\\| /g, '')
    .replaceAll(/^\|.*`\[toStringTag\]`.*\n?/gm, '')
    .replaceAll('| Type Parameter |', '| Type parameter |');

/** Code with the quotes of a guide, and in one line if that is short. */
function asShort(code: string): string {
  const text = code.replaceAll(/"([^"'\n]*)"/g, "'$1'").replaceAll(/^ {3}(?=\S)| +$/gm, (spaces) => spaces && '  ');
  const flat = text.replaceAll(/(?<=[:=])\s+\| /g, ' ').replaceAll(/\n +\| /g, ' | ');
  return flat.split('\n').every((line) => line.length <= 72) ? flat : text;
}

/** What a description says of a default is in a column of its own. */
function withDefaults(text: string): string {
  const rowOf = (line: string) => {
    const [name, type, said = ''] = cellsOf(line);
    const [, before = said, preset = '', after = ''] = /^(.*?) ?Default: (.+?)\.(?= [A-Z]|$)(.*)$/.exec(said) ?? [];
    return `| ${name} | ${type} | ${presetIn(preset)} | ${before}${after} |`;
  };
  const tables = /^(\| \w+ \| Type \|) Description \|\n\|.*((?:\n\|.*)*Default: (?:.*\n\|)*.*)/gm;
  return text.replaceAll(tables, (_, head: string, rows: string) =>
    [`${head} Default | Description |`, '| - | - | - | - |', ...rows.trim().split('\n').map(rowOf)].join('\n'),
  );
}

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
    return `**${title}** ${body
      .split(/^- /m)
      .slice(1)
      .map((type) => `*${type.trim().replaceAll(/\s+/g, ' ')}*`)
      .join(', ')}`;
  if (title === 'Properties' && !body.includes('id="')) return '';
  const said = title === 'Returns' ? body.replace(/^(?:\\\| )?([^]+?)(?=\n\n|$)/, '*$1*') : body;
  if (label && /^(Returns|See|Throws)$/.test(title)) return `**${title}** ${said.replaceAll(/\s+/g, ' ')}`;
  return title === '' ? body : `${'#'.repeat(level)} ${title}\n\n${body}`.trim();
}
