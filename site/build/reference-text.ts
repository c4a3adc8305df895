import { format, type Options } from 'prettier';
import { presetIn } from '../../build/preset.ts';
import { cellsOf, codeOrText, splitAtHeadings } from './markdown.ts';
import { firstSentence } from './page-content.ts';

/** Adds to each name in a list of links what it is. */
export function described(markdown: string, descriptions: ReadonlyMap<string, string>): string {
  return markdown.replaceAll(/^- \[`?(\w+)`?\]\(([^)]+)\)$/gm, (line, name: string, link: string) => {
    const description = descriptions.get(link);
    return description === undefined ? line : `- [\`${name}\`](${link}) ${description}`;
  });
}

/** Makes links of names that have a page. `links` are by name. A signature becomes HTML, as code has no links. */
export function linked(markdown: string, links: ReadonlyMap<string, string>): string {
  const signature = (_: string, code: string) => {
    const html = code.replaceAll('<', '&lt;').replace(/^((?:[a-z]+ )*)(\w+)/, '$1<b>$2</b>');
    const types = html
      .replaceAll(/\b[A-Z]\w+(?!<)/g, (name) => (links.has(name) ? `<a href="${links.get(name)}">${name}</a>` : name))
      .replaceAll(/(?<=[:|=] |&lt;)[a-z]+\b/g, '<i>$&</i>');
    return `<div class="signature">${types}</div>`;
  };
  const name = (code: string, name: string) => (links.has(name) ? `[${code}](${links.get(name)})` : code);
  return codeOrText(markdown)
    .map(({ code, text }) =>
      code
        ? text.replace(/^```ts signature\n([^]*)\n```$/, signature)
        : text.replaceAll(/(?<![[\w])`(\w+)`(?!\])/g, name),
    )
    .join('');
}

/** Signatures as code again, for the Markdown that is published beside the pages. */
export const withoutLinks = (markdown: string) =>
  markdown.replaceAll(/<div class="signature">([^]*?)<\/div>/g, (_, html: string) => {
    return `\`\`\`ts\n${html.replaceAll(/<[^>]*>/g, '').replaceAll('&lt;', '<')}\n\`\`\``;
  });

/** Puts what a class can do before its first heading, with the first sentence about it. `bodyOf` returns the page of a class. */
export function withSummary(markdown: string, bodyOf: (link: string) => string | undefined): string {
  const line = (name: string, address: string, text: string) =>
    `- [\`${name}\`](${address}) <span${name.includes('.') ? ` id="${name.slice(0, -2)}"` : ''}>${firstSentence(text) ?? ''}</span>`;
  const methods = (text: string, prefix = '', link = '') =>
    splitAtHeadings(text).flatMap(({ level, title, body }) =>
      level === 3 && /^\w+\(\)$/.test(title)
        ? line(`${prefix}${title}`, `${link}#${title.slice(0, -2).toLowerCase()}`, body)
        : [],
    );
  const property =
    /^\| <a id="(property-\w+)"><\/a> `(\w+)\??` \| (?:\[`\w+`\]\((\S+\/classes\/\S+)\)|.*) \| (.+) \|$/gm;
  const properties = Array.from(markdown.matchAll(property), ([, anchor, name = '', link = '', text = '']) => {
    const body = bodyOf(link);
    return body ? methods(body, `${name}.`, link) : line(name, `#${anchor}`, text);
  });
  const own = methods(markdown);
  const lines = ['## At a glance\n', ...properties.flat(), ...own, '\n'].join('\n');
  return own.length < 2 ? markdown : markdown.replace(/^(?=## )/m, lines);
}

/** Puts the members of an interface below the headings that a guide has of all of them. */
export function withGroups(markdown: string, guide: string): string {
  const sections = splitAtHeadings(guide).filter(({ level }) => level === 3);
  const titleOf: Of<string | undefined> = (name) =>
    sections.find(({ body }) => body.includes(`"></a> \`${name}\``))?.title;
  return grouped(markdown, titleOf, () => 0);
}

type Of<Value> = (name: string) => Value;

/** Puts the rows of a table of properties below their headings, those with a lower `rank` first. */
function grouped(markdown: string, titleOf: Of<string | undefined>, rank: Of<number>): string {
  const [table = '', head = '', body = ''] = /(^\| Property .*\n\|.*\n)((?:\|.*\n?)+)/m.exec(markdown) ?? [];
  const nameOf = (row: string) => /`(\w+)/.exec(row)?.[1] ?? '';
  const sorted = body
    .trim()
    .split('\n')
    .sort((a, b) => rank(nameOf(a)) - rank(nameOf(b)));
  const rows = Map.groupBy(sorted, (row) => titleOf(nameOf(row)));
  if (rows.has(undefined) || rows.size < 2) return markdown;
  const parts = Array.from(rows, ([title, own]) => `## ${title}\n\n${head}${own.join('\n')}\n`);
  return markdown.replace('## Properties\n\n', '').replace(table, () => parts.join('\n'));
}

/** Members as short as in a manual: labels instead of headings, and nothing that the signature says already. */
export async function readable(markdown: string): Promise<string> {
  const texts = codeOrText(markdown).map(async ({ code, text }) =>
    code ? formatted(text) : withDefaults(asInProse(text)),
  );
  const text = (await Promise.all(texts)).join('');
  let hidden = false;
  const parts = splitAtHeadings(text).map(({ level, title, body }) => {
    if (level <= 3) hidden = /^\\\[(hasInstance|toStringTag)\\\]/.test(title);
    return hidden ? '' : sectionText(level, title, body);
  });
  // Nobody constructs an error.
  const constructor = /^(## Constructor\n+```.*\nnew \w+Error\b[^]*?)^(## [^]*)/m;
  const all = `${parts.filter(Boolean).join('\n\n')}\n`.replace(constructor, '$2\n$1');
  return /^Options of .* All are optional/m.test(all) ? all.replaceAll(/(?<=^\|.*?`\w+)\?(?=` \|)/gm, '') : all;
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

const style: Options = { parser: 'typescript', printWidth: 72, singleQuote: true };

/** Code as in a guide. What is no program is the signature of a member, or the type of one. */
async function formatted(block: string): Promise<string> {
  const [, fence = '', code = ''] = /^(.+\n)([^]*)```$/.exec(block) ?? [];
  const member = async (before: string) => {
    const text = await format(`${before} { ${code.replace(/^new (\w+)/, 'new_$1')} }`, { ...style, printWidth: 44 });
    return `${text.split('\n').slice(1, -2).join('\n').replaceAll(/^ {2}/gm, '')}\n`.replace(/^new_/, 'new ');
  };
  const text = await format(code, style)
    .catch(() => member('declare class A'))
    .catch(() => code);
  return `${fence}${text}\`\`\``;
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

/** Begins the page of this file, such as `@example/sdk/classes/Client.md`, with its import, or that of a class with an example that uses it. */
export function withImport(file: string, markdown: string, errors: string): string {
  const [, module, kind = '', name = ''] = /^(.+)\/([\w-]+)\/(?!index)(\w+)\.md$/.exec(file) ?? [];
  if (module === undefined) return markdown;
  const type = /^(interfaces|type-aliases)$/.test(kind) ? 'type ' : '';
  const line = `\`\`\`ts\nimport ${type}{ ${name} } from '${module}';\n`;
  const [section = '', example = ''] = /^## Example\n\n```ts\n([^]*?```\n\n)/m.exec(markdown) ?? [];
  const [summary = ''] = /^\w[^]*?\n\n/.exec(markdown) ?? [];
  const rest = markdown.slice(summary.length);
  if (/classes\/\w+Error/.test(file)) return `${summary}${line}\n${ofError(name, rest.replace(section, ''), errors)}`;
  const code = kind === 'classes' && example.includes(name) ? `${line}\n${example}` : `${line}\`\`\`\n\n`;
  return `${summary}${code}${rest.replace(code.includes(example) ? section : '', '')}`;
}

/** How a program catches an error, and what it reads as the guide says. What says only which call it was comes last. */
function ofError(name: string, markdown: string, guide: string): string {
  const [, advice = ''] = new RegExp(`^\\| \`${name}\` .*\\| +(.+?) *\\|$`, 'm').exec(guide) ?? [];
  const isKnown = (each: string) => /^(cause|message)$/.test(each) || markdown.includes(`"></a> \`${each}`);
  const read = (advice.match(/(?<=`)\w+(?=`)|code(?=s)/g) ?? []).filter(isKnown);
  const call = name === 'NotFoundError' ? 'client.users.get(id)' : 'client.users.create(params)';
  const comment = advice && `\n    // ${advice.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('`', '')}`;
  const action = `console.error(${read.map((each) => `error.${each}`).join(', ') || 'error.message'});`;
  const body = `if (error instanceof ${name}) {${comment}\n    ${action}\n  } else throw error;`;
  const common = /^(method|path|route|url|headers|body|requestId|cursor)$/;
  const rank = (each: string) => (read.includes(each) ? 0 : common.test(each) ? 2 : 1);
  const text = grouped(markdown, (each) => (rank(each) === 2 ? 'Inherited' : 'Properties'), rank);
  return `try {\n  await ${name.startsWith('Web') ? 'verifyWebhook(rawBody, headers)' : call};\n} catch (error) {\n  ${body}\n}\n\`\`\`\n\n${text}`;
}

function sectionText(level: number, title: string, text: string): string {
  const body = title === 'Example' ? text : text.replace(/^```ts\n/, '```ts signature\n');
  const label = level > 3 || /^(Parameters|Returns|See|Throws|Type Parameters)$/.test(title);
  // A table says of what it is, and the heading of a page's only constructor is that of its group.
  if (title === 'Constructors') return '## Constructor';
  if (title === 'Constructor' || (label && title === 'Example')) return body;
  if (/^(Inherited from|Overrides|Implementation of)$/.test(title)) return '';
  // The signature says the types.
  if (label && title.endsWith('Parameters')) return body.includes('| Description |') ? body : '';
  if (title === 'Returns' && !body.includes('\n\n')) return '';
  // A type in italics is shown as one piece of code: site/src/styles/site.css.
  if (/^(Extends|Implements|Extended by)$/.test(title))
    return `**${title}** ${body
      .split(/^- /m)
      .slice(1)
      .map((type) => `*${type.trim().replaceAll(/\s+/g, ' ')}*`)
      .join(', ')}`;
  if (title === 'Properties' && !body.includes('id="')) return '';
  const said = title === 'Returns' ? body.replace(/^[^]*?\n\n/, '') : body;
  if (label && /^(Returns|See|Throws)$/.test(title)) return `**${title}** ${said.replaceAll(/\s+/g, ' ')}`;
  return title === '' ? body : `${'#'.repeat(level)} ${title}\n\n${body}`.trim();
}
