import { dirname, posix } from 'node:path';
import { withCharts } from './charts.ts';
import { withBars, withTabs } from './examples.ts';
import { known } from './known-pages.ts';
import { outsideCode, titleOf } from './markdown.ts';
import { type Page, pages } from './pages.ts';

const repository = 'https://github.com/your-org/js-sdk';
const main = `${repository}/blob/main/`;

export interface Edition {
  /** Path of the site, such as `/js-sdk/`. */
  readonly base: string;
  /** The tag of the version if the site is for that version alone. Its pages link to the files of the tag. */
  readonly tag?: string | undefined;
}

/** A page with front matter, and with links to where the other pages are on the site. */
export function toContent(page: Page, markdown: string, edition: Edition): string {
  const { base, tag } = edition;
  if (markdown.startsWith('---'))
    return withBars(markdown.replaceAll(/(\]\(|href="|link: )\/(?=\w)/g, `$1${base}`), base);
  const text = markdown.slice(markdown.indexOf('\n') + 1);
  const title = titleOf(markdown)?.replaceAll('`', '') ?? page.address;
  const matter = {
    title,
    description: known[page.address]?.description ?? firstSentence(text) ?? title,
    // Nobody can change a version that is published.
    ...(tag === undefined && { editUrl: `${repository}/edit/main/${page.file}` }),
  };
  const lines = Object.entries(matter).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const body = rewriteLinks(page, text, edition);
  return ['---', ...lines, '---', withTabs(withAsides(withCapitals(withCharts(withBars(body, base)))))].join('\n');
}

/** A note as GitHub shows it is one of Starlight's asides. Its title is what is bold. */
const withAsides = (markdown: string) =>
  markdown.replaceAll(/^> \[!NOTE\]\n> \*\*(.+)\.\*\* (.+\n)/gm, ':::note[$1]\n$2:::\n');

/** The names of columns begin with a capital letter, as in the API reference. Units don't. */
const withCapitals = (markdown: string) =>
  markdown.replaceAll(/^\|.*(?=\n\| *:?-)/gm, (names) =>
    names.replaceAll(/(?<=\| *)[a-z](?=[a-z-]{2})/g, (letter) => letter.toUpperCase()),
  );

/** The first sentence of the first paragraph, as plain text. */
export function firstSentence(text: string): string | undefined {
  const paragraph = text
    .replaceAll(/^```[^]*?^```$/gm, '')
    .split(/\n{2,}/)
    .find((block) => /^(\*\*)?\w/.test(block.trim()));
  const plain = paragraph
    ?.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll(/`|\*(?!')/g, '')
    .replaceAll(/(?<=\w)'(?=\w)/g, '’')
    .replaceAll('\n', ' ');
  return plain
    ?.trim()
    .split(/(?<=\.) /)[0]
    ?.replace(/:$/, '.');
}

/** Links to files that have a page go there; links to other files go to the repository. No number breaks in two. */
function rewriteLinks(page: Page, text: string, edition: Edition): string {
  return outsideCode(text, (part) =>
    part
      .replaceAll(/\]\(([^)\s]+)\)/g, (_, link: string) => `](${destination(page, link, edition)})`)
      .replaceAll(/(?<=\d) (?=\d{3}(?!\d))/g, '\u00a0'),
  );
}

function destination(page: Page, link: string, { base, tag }: Edition): string {
  const [target = '', anchor] = link.split('#');
  if (target === '' || (/^\w+:/.test(target) && !target.startsWith(main))) return link;
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const file = target.startsWith(main) ? target.slice(main.length) : posix.join(dirname(page.file), target);
  const found = pages.find((each) => each.file === file || each.file === posix.join(file, 'README.md'));
  return found ? `${base}${found.address}/${hash}` : `${repository}/blob/${tag ?? 'main'}/${file}${hash}`;
}
