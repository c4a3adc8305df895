import type { AstroIntegration } from 'astro';
import GithubSlugger from 'github-slugger';
import { writeFile } from 'node:fs/promises';
import { indexOf, type Section } from '../src/search/ranking.ts';
import { known } from './known-pages.ts';
import { cellsOf, codeOrText, splitAtHeadings } from './markdown.ts';
import { type Content, readContent } from './markdown-of-pages.ts';

/** Writes the index that the search box reads. What only contributors read is not in it. */
export function searchIndex(): AstroIntegration {
  return {
    name: 'search-index',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const contents = (await readContent()).filter(({ address }) => !/^(index$|internals)/.test(address));
        await writeFile(new URL('search.json', dir), JSON.stringify(indexOf(sectionsOfAll(contents))));
      },
    },
  };
}

/** A member that many types inherit is in the index once: with the type that extends none, or has the shortest name. */
function sectionsOfAll(contents: readonly Content[]): Section[] {
  const rank = ({ address, body }: Content) => address.length + (body.includes('**Extends**') ? 1000 : 0);
  const all = contents.toSorted((a, b) => rank(a) - rank(b)).flatMap(sectionsOf);
  const alike = Map.groupBy(all, ({ address, names, heading, text }) =>
    names || !address.startsWith('api/') ? address : `${heading} ${text}`,
  );
  return [...alike.values()].flatMap(([first]) => first ?? []);
}

/** The parts of a page: what is below each heading, and before the first one, and each property of a type. */
function sectionsOf({ address, title, description, body }: Content): Section[] {
  const slugger = new GithubSlugger();
  const page = plain(title);
  return splitAtHeadings(body).flatMap((section, index) => {
    const heading = plain(section.title);
    const members = Array.from(section.body.matchAll(property), ([, anchor, heading = '', type = '', text = '']) => {
      return { address: `${address}/#${anchor}`, page, names: '', heading, text: plain(text), code: plain(type) };
    });
    const parts = codeOrText(section.body.replaceAll(property, ''));
    const lines = parts.flatMap(({ code, text }) => (code ? [] : linesOf(text)));
    const rows = section.body.replaceAll(property, '').match(/^\|.*$/gm) ?? [];
    const figures = rows.flatMap((row) => cellsOf(row).filter((cell, at) => at > 0 && !isProse(cell)));
    // That of an error.
    const status = /^\d{3}(?=:)/.exec(description)?.[0] ?? '';
    const own = {
      address: index === 0 ? `${address}/` : `${address}/#${slugger.slug(heading)}`,
      page,
      names: index === 0 ? `${page}, ${known[address]?.names ?? status}` : '',
      heading,
      text: [...(index === 0 ? [description] : []), ...lines].join('\n'),
      code: plain([...parts.flatMap(({ code, text }) => (code ? text : [])), ...figures].join('\n')),
    };
    return [own, ...members];
  });
}

/** A row of a table of options or of the reference: an anchor, a name, and what it means. */
const property =
  /^\| <a id="([\w-]+)"><\/a> `(?:\w+\.)?(\w+)\??` +\| (.+?)(?: \| (?!.* \| )(.+?)(?: \[[^\]]+\]\(\S+\))*)? +\|$/gm;

/** Paragraphs, items of lists and rows of tables, without marks. */
const linesOf = (markdown: string) =>
  markdown
    .replaceAll(/(?:^\|.*\n?)+/gm, (table) => `\n${rowsOf(table).join('\n\n')}\n`)
    .split(/\n(?=\n|\s*(?:[-*]|\d+\.) )/)
    .map((line) => plain(line.replaceAll(/^\s*(?:[-*]|\d+\.) /g, '')).replace(/:$/, ' …'))
    .filter(Boolean);

const isProse = (cell: string) => /(\S+ ){2}/.test(cell);

/** Each row as a line: its name, and what is said of it in prose. They end in the dot by which the search knows them. */
const rowsOf = (table: string) =>
  Array.from(table.trim().split('\n').slice(2), (row) => {
    const cells = cellsOf(row).filter((cell, at) => at === 0 || isProse(cell));
    return `${cells.join(', ')} ·`;
  });

/** Words without marks, links and HTML. */
const plain = (markdown: string) =>
  markdown
    .replaceAll(/(?<!\\)!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<!--[^]*?-->|<\/?[a-z][^>]*>/gi, ' ')
    .replaceAll(/^```.*$|\\(?=[^\w\s])|[`*]|^#+ |^>/gm, '')
    .replaceAll('&lt;', '<')
    .replaceAll(/(?<=\w)'(?=\w)/g, '’')
    .replaceAll(/\s+/g, ' ')
    .trim();
