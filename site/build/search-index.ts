import type { AstroIntegration } from 'astro';
import GithubSlugger from 'github-slugger';
import { writeFile } from 'node:fs/promises';
import { indexOf, type Section } from '../src/search/ranking.ts';
import { known } from './known-pages.ts';
import { outsideCode, splitAtHeadings } from './markdown.ts';
import { type Content, readContent } from './markdown-of-pages.ts';

/** Writes the index that the search box reads. What only contributors read is not in it. */
export function searchIndex(): AstroIntegration {
  return {
    name: 'search-index',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const contents = (await readContent()).filter(({ address }) => !/^(index$|internals)/.test(address));
        await writeFile(new URL('search.json', dir), JSON.stringify(indexOf(contents.flatMap(sectionsOf))));
      },
    },
  };
}

/** The parts of a page: what is below each heading, and before the first one. */
export function sectionsOf({ address, title, body }: Content): Section[] {
  const slugger = new GithubSlugger();
  return splitAtHeadings(body).map((section, index) => {
    const [page, heading] = [plain(title), plain(section.title)];
    return {
      address: index === 0 ? `${address}/` : `${address}/#${slugger.slug(heading)}`,
      page,
      names: index === 0 ? `${page}, ${known[address]?.names ?? ''}` : '',
      heading,
      text: plain(outsideCode(section.body, withoutMarks)),
    };
  });
}

/** Without the marks of lists, and of tables and their heads. */
const withoutMarks = (markdown: string) =>
  markdown.replaceAll(/^\|.*\n\|[-: |]+$|^\| *| *\|$|^ *(?:[-*]|\d+\.) /gm, '').replaceAll(/ *(?<!\\)\| */g, ' · ');

/** Words without marks, links and HTML. */
const plain = (markdown: string) =>
  markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<!--[^]*?-->|<\/?[a-z][^>]*>/gi, ' ')
    .replaceAll(/^```.*$|\\(?=[^\w\s])|[`*]|^#+ |^>/gm, '')
    .replaceAll('&lt;', '<')
    .replaceAll(/\s+/g, ' ')
    .trim();
