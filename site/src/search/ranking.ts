import MiniSearch, { type Options, type SearchResult } from 'minisearch';

/** What is below one heading of a page, or before the first one. */
export interface Section {
  /** Of the page, such as `guides/errors/#timeouts`. */
  readonly address: string;
  readonly page: string;
  /** What the page is called, separated by commas. Only its first section has them. */
  readonly names: string;
  readonly heading: string;
  /** A paragraph, an item of a list or a row of a table in each line. A page's first section begins with its description. */
  readonly text: string;
  /** It is found, and not shown. */
  readonly code: string;
}

/** A page with its description, and the best of its sections. In an excerpt, what the query has found are pieces of their own. */
export type Hit = readonly {
  readonly address: string;
  readonly title: string;
  readonly excerpt: readonly { readonly text: string; readonly found: boolean }[];
}[];

/** Words of a question that say nothing about its subject. */
const filling = /^(an?|and|are|as|at|by|can|do|does|for|from|get|how|i|if|in|is|it|my|of|on|or|our|the|to|use|with)$/i;

const options: Options<Section> = {
  idField: 'address',
  fields: ['page', 'names', 'heading', 'text', 'code'],
  storeFields: ['page', 'names', 'heading', 'text'],
  // `retryAfter` is found by its parts, too.
  tokenize: (text) => wordsOf(text).flatMap((word) => [...new Set([word, ...partsOf(word)])]),
  processTerm: (word) => (filling.test(word) ? null : stem(word)),
};

const wordsOf = (text: string) => text.split(/[^\p{L}\p{N}]+/u);
const partsOf = (word: string) => word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
/** Plurals and tenses of a word are the same word. */
const stem = (word: string) => word.toLowerCase().replace(/(?<=\w{3})(?:ing|ed|i?es|s|e|y)$/, '');
const nameOf = (text: string) => wordsOf(text).map(stem).filter(Boolean).join(' ');

export function indexOf(sections: readonly Section[]): MiniSearch<Section> {
  const index = new MiniSearch(options);
  index.addAll(sections);
  return index;
}

export const readIndex = (json: string): Promise<MiniSearch<Section>> => MiniSearch.loadJSONAsync(json, options);

/** The best pages: those that are called what the query says, then the others by their best section. */
export function search(index: MiniSearch<Section>, query: string): Hit[] {
  const exact = { tokenize: wordsOf, prefix: (term: string) => term.length > 2 };
  const results = index.search(query, {
    ...exact,
    boost: { page: 2, names: 4, heading: 3 },
    boostDocument: weightOf,
    // Only a word that is nowhere is a typing error.
    fuzzy: (term) => (term.length > 4 && index.search(term, exact).length === 0 ? 0.2 : false),
  });
  const name = nameOf(query);
  const isNamed = ({ names }: SearchResult) => String(names).split(', ').map(nameOf).includes(name);
  const pages = [...Map.groupBy(results, ({ id }) => String(id).replace(/#.*/, ''))];
  return pages
    .toSorted(([, a], [, b]) => Number(b.some(isNamed)) - Number(a.some(isNamed)))
    .slice(0, 8)
    .map(([address, found]) => toHit(address, String(index.getStoredFields(address)?.text), found));
}

/** Readers who search want to do something. The API reference and the project come after the guides. */
const weightOf = (address: string) =>
  ({ api: 0.2, reference: 0.3, project: 0.03 })[address.split('/', 1)[0] ?? ''] ?? 1;

function toHit(address: string, text: string, found: readonly SearchResult[]): Hit {
  const terms = found.flatMap((each) => each.terms);
  const sections = found.map(({ id, heading, text }) => {
    const [title, excerpt] = [pieces(String(heading), terms), excerptOf(String(text), terms)];
    const isFound = heading !== '' && [...title, ...excerpt].some((piece) => piece.found);
    return { address: String(id), title: String(heading), excerpt, isFound };
  });
  const page = { address, title: String(found[0]?.page), excerpt: pieces(text.split('\n', 1)[0] ?? '', terms) };
  return [page, ...sections.filter(({ isFound }) => isFound).slice(0, 2)];
}

/** The part of a text where it first has one of the words, in a sentence rather than in a table. */
function excerptOf(text: string, terms: readonly string[]): Hit[number]['excerpt'] {
  const lines = text.split('\n').map((line) => pieces(line, terms));
  const having = lines.filter((line) => line.some(({ found }) => found));
  const line = having.find((each) => each.every((piece) => piece.text !== ' · ')) ?? having[0] ?? lines[0] ?? [];
  const at = line.findIndex(({ found }) => found);
  return at > 16 ? [{ text: '… ', found: false }, ...line.slice(at - 10)] : line;
}

function pieces(text: string, terms: readonly string[]): Hit[number]['excerpt'] {
  const isFound = (word: string) => terms.includes(stem(word));
  return text
    .split(/([\p{L}\p{N}]+)/u)
    .map(partsOf)
    .flatMap((parts) => (parts.some(isFound) ? parts : parts.join('')))
    .map((word) => ({ text: word, found: isFound(word) }));
}
