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
    'a about after all am an and any are as at be by can could do does each for from get has have how i if in into is it its me my ' +
    'of on one or our out should so some that the their them then there this to too many up us use using want was we what when where which who why ' +
    'will with would you your'
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
function stem(word: string): string {
  if (word.length < 5) return word.replace(/(?<=\w\w[^s])s$/, '');
  return word
    .replace(/(?:ies|y)$/, 'i')
    .replace(/(?<=\w{3})(?:ing|ed|es|s|e)$/, '')
    .replace(/([^aeiouls])\1$/, '$1');
}

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
  const pages = [...Map.groupBy(results, ({ id }) => pageOf(String(id)))].map(([address, found]) => ({
    address,
    title: String(found[0]?.page),
    sections: found.slice(0, 3).map(toFound),
    // A page with several sections about the subject is better than one that mentions it once.
    score: found.slice(0, 3).reduce((sum, { score }, rank) => sum + score * 0.3 ** rank, 0),
  }));
  return pages.toSorted((a, b) => b.score - a.score);
}

function pageOf(address: string): string {
  return address.replace(/#.*/, '');
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
