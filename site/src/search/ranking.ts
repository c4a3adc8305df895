import MiniSearch, { type Options, type SearchResult } from 'minisearch';
import type { Section } from '../../build/sections.ts';

export interface Hit {
  /** Of the page, such as `guides/errors/`. */
  readonly address: string;
  readonly title: string;
  readonly sections: readonly Found[];
}

export interface Found {
  readonly address: string;
  /** Empty for what comes before the first heading. */
  readonly heading: string;
  readonly excerpt: Excerpt;
}

/** Pieces of a text. Words that the query has found are pieces of their own. */
export type Excerpt = readonly { readonly text: string; readonly found: boolean }[];

/** Words of a question that say nothing about its subject. */
const filling = new Set(
  (
    'a an and are as at be by can do does for from get has have how i if in is it my of on or our the to use what when where which ' +
    'with you your'
  ).split(' '),
);

/** Readers who search want to do something. Why and how it works, the API reference and the project come after the guides. */
const background = /^(api|decisions|internals|project)(\/|$)/;

const options: Options<Section> = {
  idField: 'address',
  fields: ['page', 'heading', 'text'],
  storeFields: ['page', 'heading', 'text'],
  tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u).flatMap(parts),
  processTerm: (term) => {
    const word = term.toLowerCase();
    return filling.has(word) ? null : stem(word);
  },
};

/** `retryAfter` is found by its parts, too. */
function parts(word: string): string[] {
  const split = word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
  return split.length > 1 ? [word, ...split] : split;
}

/** Plurals and tenses of a word are the same word. */
const stem = (word: string) => word.replace(/(?<=\w{3})(?:ing|ed|es|s|e)$/, '');

export function indexOf(sections: readonly Section[]): MiniSearch<Section> {
  const index = new MiniSearch<Section>(options);
  index.addAll(sections);
  return index;
}

/** A search in an index, as JSON. */
export async function searchIn(json: string): Promise<(query: string) => Hit[]> {
  const index = await MiniSearch.loadJSONAsync<Section>(json, options);
  return (query) => search(index, query);
}

/** Pages, the best first, each with its best sections. */
function search(index: MiniSearch<Section>, query: string): Hit[] {
  const results = index.search(query, {
    boost: { page: 3, heading: 2 },
    prefix: (term) => term.length > 2,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    boostDocument: (address) => (background.test(String(address)) ? 0.3 : 1),
  });
  // The page with the best section comes first.
  return Array.from(
    Map.groupBy(results, ({ id }) => String(id).replace(/#.*/, '')),
    ([address, found]) => ({
      address,
      title: String(found[0]?.page),
      sections: found.slice(0, 3).map(toFound),
    }),
  );
}

function toFound({ id, heading, text, terms }: SearchResult): Found {
  return { address: String(id), heading: String(heading), excerpt: excerptOf(String(text), new Set(terms)) };
}

/** The part of a text where it first has one of the words. */
function excerptOf(text: string, terms: ReadonlySet<string>): Excerpt {
  const words = text.split(/([\p{L}\p{N}]+)/u);
  const isFound = (word: string) => parts(word).some((part) => terms.has(stem(part.toLowerCase())));
  const first = Math.max(words.findIndex(isFound) - 12, 0);
  const shown = words.slice(first, first + 54).map((word) => ({ text: word, found: isFound(word) }));
  return [
    { text: first > 0 ? '… ' : '', found: false },
    ...shown,
    { text: first + 54 < words.length ? ' …' : '', found: false },
  ];
}
