import type { AstroIntegration } from 'astro';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Page, pages, root } from './pages.ts';
import { questions } from './questions.ts';

const repository = 'https://github.com/your-org/js-sdk';
const publishedPlots = 'https://raw.githubusercontent.com/your-org/js-sdk/main/docs/plots/';
const content = fileURLToPath(new URL('../src/content/docs/', import.meta.url));

/** Writes what Starlight reads, from files of the repository, so that these stay the only source. */
export function contentOfRepository(): AstroIntegration {
  return {
    name: 'content-of-repository',
    hooks: { 'astro:config:setup': ({ config }) => writeContent(config.base) },
  };
}

async function writeContent(base: string): Promise<void> {
  await rm(content, { recursive: true, force: true });
  await cp(`${root}docs/plots`, fileURLToPath(new URL('../public/plots', import.meta.url)), { recursive: true });
  await Promise.all(
    pages.map(async (page) => {
      const path = `${content}${page.address}${extname(page.file)}`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, toContent(page, await readFile(`${root}${page.file}`, 'utf8'), base));
    }),
  );
}

/** A page with front matter, and with links to where the other pages are on the site. */
export function toContent(page: Page, markdown: string, base: string): string {
  if (markdown.startsWith('---')) return markdown.replaceAll(/(\]\(|link: |href=")\/(?=\w)/g, `$1${base}`);
  const [, heading = page.address, text = ''] = /^# (.+)\n([^]*)$/.exec(markdown) ?? [];
  const title = heading.replaceAll('`', '');
  const matter = {
    title,
    description: firstSentence(text) ?? title,
    editUrl: `${repository}/edit/main/${page.file}`,
  };
  const lines = Object.entries(matter).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return [
    '---',
    ...lines,
    '---',
    rewriteLinks(page, text, base).replaceAll(publishedPlots, `${base}plots/`),
    ...answers(page),
  ].join('\n');
}

function answers({ address }: Page): string[] {
  const asked = questions[address];
  return asked ? ['', '## Questions that this page answers', '', ...asked.map((question) => `- ${question}`)] : [];
}

function firstSentence(text: string): string | undefined {
  const paragraph = text.split(/\n{2,}/).find((block) => /^\w/.test(block.trim()));
  const plain = paragraph
    ?.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll('\n', ' ');
  return plain?.trim().split(/(?<=[.:]) /)[0];
}

/** Links to files that have a page go there; links to other files go to the repository. Code stays as it is. */
function rewriteLinks(page: Page, text: string, base: string): string {
  const rewrite = (part: string) =>
    part.replaceAll(/\]\(([^)\s]+)\)/g, (_, link: string) => `](${destination(page, link, base)})`);
  return text
    .split(/(^```[^]*?^```$)/m)
    .map((part) => (part.startsWith('```') ? part : rewrite(part)))
    .join('');
}

function destination(page: Page, link: string, base: string): string {
  const [target = '', anchor] = link.split('#');
  const blob = `${repository}/blob/main/`;
  if (target === '' || (/^\w+:/.test(target) && !target.startsWith(blob))) return link;
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const file = target.startsWith(blob) ? target.slice(blob.length) : posix.join(dirname(page.file), target);
  const found = pages.find((each) => each.file === file || each.file === posix.join(file, 'README.md'));
  return found ? `${base}${found.address}/${hash}` : `${blob}${file}${hash}`;
}
