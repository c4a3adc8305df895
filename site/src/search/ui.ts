import { PagefindUI as Default } from '@pagefind/default-ui/npm_dist/mjs/ui-core.mjs';

/** Words of a question that say nothing about its subject. The search would look for pages with all of them. */
const filling = new Set(
  'a an and are can do does for how i if in is it me my of on our should that the there to we what when why with you your'.split(
    ' ',
  ),
);

/** Leaves the words that a page is about, so that one can ask a question. */
export function keywords(question: string): string {
  const words = question.replaceAll(/[?!.,]+(?=\s|$)/g, '').split(/\s+/);
  const telling = words.filter((word) => !filling.has(word.toLowerCase()));
  return (telling.length > 0 ? telling : words).join(' ');
}

/** What Starlight's search loads instead of Pagefind's own interface: the same, and it understands questions. */
export class PagefindUI extends Default {
  constructor(options: object) {
    super({ ...options, processTerm: keywords });
  }
}
