import type { AstroIntegration } from 'astro';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutCharts } from './charts.ts';
import { withoutBars } from './examples.ts';
import { titleOf, withoutComponents } from './markdown.ts';
import { pages } from './pages.ts';
import { withoutLinks } from './reference-text.ts';

const content = fileURLToPath(new URL('../src/content/docs/', import.meta.url));

export interface Content {
  /** Of the page, such as `guides/errors`, or `index` of the home page. */
  readonly address: string;
  readonly title: string;
  readonly description: string;
  /** Its Markdown without front matter and components. */
  readonly body: string;
}

/**
 * Puts the Markdown of each page beside it: of `/guides/errors/` at `/guides/errors.md`. For language models, `llms.txt`
 * lists these files, and `llms-full.txt` has them all.
 */
export function markdownOfPages(url: string, description: string): AstroIntegration {
  return {
    name: 'markdown-of-pages',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const write = async (name: string, text: string) => {
          const path = join(fileURLToPath(dir), name);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, text);
        };
        const contents = (await readContent()).toSorted((a, b) => rank(a) - rank(b));
        const texts = contents.map(({ title, body }) => `# ${title}\n\n${body.trim()}\n`);
        const links = contents.map(({ address, title }) => `- [${title}](${url}${address}.md)`);
        await Promise.all([
          ...contents.map(({ address }, index) => write(`${address}.md`, texts[index] ?? '')),
          write('llms.txt', `# @example/sdk\n\n> ${description}\n\n## Pages\n\n${links.join('\n')}\n`),
          write('llms-full.txt', texts.join('\n')),
        ]);
      },
    },
  };
}

/** Guides in their order, then the reference, then what only contributors read. */
function rank({ address }: Content): number {
  const at = pages.findIndex((page) => page.address === address);
  return /^(internals|project)/.test(address) ? 2000 + at : at === -1 ? 1000 : at;
}

/** All pages: what `contentOfRepository` and TypeDoc have written. */
export async function readContent(): Promise<Content[]> {
  const files = await readdir(content, { recursive: true });
  return Promise.all(
    files
      .filter((file) => /\.mdx?$/.test(file) && file !== '404.md')
      .map(async (file) => {
        const markdown = await readFile(join(content, file), 'utf8');
        const text = markdown.replace(/^---\n[^]*?^---\n/m, '');
        return {
          address: addressOf(file),
          title: titleOf(markdown) ?? '',
          description: /^description: "?(.*?)"?$/m.exec(markdown)?.[1]?.replaceAll('\\"', '"') ?? '',
          body: file.endsWith('.mdx') ? withoutComponents(text) : withoutLinks(withoutCharts(withoutBars(text))),
        };
      }),
  );
}

/** The address of a file. Astro's addresses are in lower case and without `@`. */
export function addressOf(file: string): string {
  return file
    .toLowerCase()
    .replaceAll('@', '')
    .replace(/(\/index)?\.mdx?$/, '');
}
