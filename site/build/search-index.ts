import type { AstroIntegration } from 'astro';
import GithubSlugger from 'github-slugger';
import { writeFile } from 'node:fs/promises';
import { indexOf } from '../src/search/ranking.ts';
import { readContent } from './markdown-of-pages.ts';
import { sectionsOf } from './sections.ts';

/** Writes the index that the search box reads. */
export function searchIndex(): AstroIntegration {
  return {
    name: 'search-index',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const pages = await readContent();
        const sections = pages.flatMap((page) => {
          const slugger = new GithubSlugger();
          return sectionsOf({ ...page, address: page.address === 'index' ? '' : `${page.address}/` }, (heading) =>
            slugger.slug(heading),
          );
        });
        await writeFile(new URL('search.json', dir), JSON.stringify(indexOf(sections)));
      },
    },
  };
}
