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

/** A text in which what the query has found are pieces of their own. */
export type Pieces = readonly { readonly text: string; readonly found: boolean }[];
type Mark = (text: string) => Pieces;

/** A page with its description, and the best of its sections. A section alone also has the title of its page. */
export type Hit = readonly Found[];
type Found = Readonly<{ address: string; title: Pieces; excerpt: Pieces; page?: string }>;

/** A page with less than this part of the best one's score only mentions the words. */
const incidental = 0.08;

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

/** Members that are called what the query says, pages that are, pages whose titles begin with it, and the others by their best section. */
export function search(index: MiniSearch<Section>, query: string): Hit[] {
  const exact = { tokenize: wordsOf, prefix: (term: string) => term.length > 2 };
  const results = index.search(query, {
    ...exact,
    boost: { page: 2, names: 4, heading: 3 },
    boostDocument: weightOf,
    // Only a word that is nowhere is a typing error.
    fuzzy: (term) => (term.length > 4 && index.search(term, exact).length === 0 ? (term.length > 6 ? 2 : 1) : false),
  });
  const name = nameOf(query);
  const mark = markerOf(new Set(results.flatMap(({ terms }) => terms)), query);
  const members = results.filter(({ heading }) => isMember(query, String(heading))).slice(0, 3);
  const rest = results.filter((each) => !members.includes(each));
  const pages = [...Map.groupBy(rest, ({ id }) => String(id).replace(/#.*/, ''))].map(([address, found]) => {
    const best = found[0]?.score ?? 0;
    const page = String(found[0]?.page);
    const isNamed = found.some(({ names }) => String(names).split(', ').map(nameOf).includes(name));
    // Its title, as it is written, comes before other names.
    const rank = page === query ? 2 : Number(isNamed);
    const title = nameOf(page);
    const isBegun = rank === 0 && name.length > 2 && title.startsWith(name);
    // Of titles that begin alike, a short one whose page has much to say comes first.
    const sum = isBegun ? found.reduce((total, { score }) => total + score, 0) / title.length : 0;
    return { address, found, best, rank, sum };
  });
  const least = incidental * Math.max(...pages.map(({ best }) => best));
  const sorted = pages
    .filter(({ best, rank, sum }) => rank > 0 || sum > 0 || best > least)
    .toSorted((a, b) => b.rank - a.rank || b.sum - a.sum || b.best - a.best);
  const others = sorted.flatMap(({ address, found, rank }, at) => {
    const text = String(index.getStoredFields(address)?.text).replace(/\n[^]*/, '');
    const hit = toHit(address, text, found, mark, rank > 0 && at === 0);
    // What is only in its code can't be seen, and what is in a row of a table is no excerpt.
    return rank > 0 || hit.some(isFound) || found.some((each) => isMarked(mark(String(each.text)))) ? [hit] : [];
  });
  const alone = members.map((each) => [{ ...foundIn(each, mark), page: String(each.page) }]);
  return [...alone, ...others].slice(0, 8);
}

/** Whether someone typed this name, such as `maxRetries`. A single word is rather a question to the guides. */
const isMember = (query: string, name: string) =>
  /^\p{Ll}+\p{Lu}/u.test(name) && name.replace('()', '').toLowerCase() === query.toLowerCase();

/** Readers who search want to do something. The API reference and the project come after the guides. */
const weightOf = (address: string) =>
  (/#known-limits$|^api\/example\/sandbox/.test(address) ? 0.1 : 1) *
  ({ api: 0.2, reference: 0.3, project: 0.03 }[address.split('/', 1)[0] ?? ''] ?? 1);

function toHit(address: string, text: string, found: readonly SearchResult[], mark: Mark, isNamed: boolean): Hit {
  const sections = found.flatMap((each) => (each.heading === '' ? [] : foundIn(each, mark)));
  const matching = sections.filter(isFound);
  const page = { address, title: mark(String(found[0]?.page)), excerpt: excerptOf(text, mark, 40) };
  // A page that is called what was typed lists what it has, even if none of that has the words.
  return [page, ...(isNamed && matching.length === 0 ? sections.slice(0, 6) : matching.slice(0, 2))];
}

const foundIn = ({ id, heading, text }: SearchResult, mark: Mark): Found => ({
  address: String(id),
  title: mark(String(heading)),
  excerpt: excerptOf(String(text), mark),
});

const isMarked = (pieces: Pieces) => pieces.some(({ found }) => found);
const isFound = ({ title, excerpt }: Found) => isMarked([...title, ...excerpt]);

/** Whole words where a text first has one of the words, or its first sentence. Rows of tables are no sentences. */
function excerptOf(text: string, mark: Mark, before = 16): Pieces {
  const lines = text.split('\n').filter((each) => !each.endsWith(' ·'));
  const said = lines[0]?.split(/(?<=\.) /)[0]?.replace(/ …$/, '.') ?? '';
  const line = lines.map(mark).find(isMarked) ?? mark(said);
  const at = line.findIndex(({ found }) => found);
  const start = line.findLastIndex(({ text }, i) => i < at && (i < at - 20 ? / $/ : /[,;:.] $/).test(text)) + 1;
  const shown = at > before && start > 0 ? [{ text: '… ', found: false }, ...line.slice(start)] : line;
  let length = 0;
  const spaces = shown.flatMap(({ text }, i) => ((length += text.length) < 120 && text.endsWith(' ') ? i : []));
  return length < 130 ? shown : [...shown.slice(0, spaces.at(-1)), { text: ' …', found: false }];
}

/** Finds the terms in a text. Of a longer word, what was typed is found, and its end is not. */
function markerOf(terms: ReadonlySet<string>, query: string): Mark {
  const typed = wordsOf(query.toLowerCase()).filter(Boolean);
  const isTerm = (word: string) => terms.has(stem(word));
  const split = (word: string) => {
    const { length } = typed.find((each) => word.toLowerCase().startsWith(each)) ?? word;
    return [
      { text: word.slice(0, length), found: true },
      { text: word.slice(length), found: false },
    ].filter(({ text }) => text);
  };
  return (text) =>
    text
      .split(/([\p{L}\p{N}]+)/u)
      .map(partsOf)
      .flatMap((parts) => (parts.some(isTerm) ? parts : parts.join('')))
      .flatMap((word) => (isTerm(word) ? split(word) : { text: word, found: false }));
}
