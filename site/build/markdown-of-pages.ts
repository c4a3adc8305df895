import type { AstroIntegration } from 'astro';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutExamples } from './examples.ts';
import { titleOf, withoutComponents } from './markdown.ts';

const content = fileURLToPath(new URL('../src/content/docs/', import.meta.url));

interface Content {
  /** Of the page, such as `guides/errors`, or `index` of the home page. */
  readonly address: string;
  readonly title: string;
  /** Its Markdown without front matter and components. */
  readonly body: string;
}

/** Puts the Markdown of each page beside it: of `/guides/errors/` at `/guides/errors.md`. */
export function markdownOfPages(): AstroIntegration {
  return {
    name: 'markdown-of-pages',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        for (const { address, title, body } of await readContent()) {
          const path = join(fileURLToPath(dir), `${address}.md`);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, `# ${title}\n\n${body.trim()}\n`);
        }
      },
    },
  };
}

/** All pages: what `contentOfRepository` and TypeDoc have written. */
export async function readContent(): Promise<Content[]> {
  const files = await readdir(content, { recursive: true });
  const pages = files.filter((file) => /\.mdx?$/.test(file));
  return Promise.all(
    pages.map(async (file) => {
      const markdown = await readFile(join(content, file), 'utf8');
      const text = markdown.replace(/^---\n[^]*?^---\n/m, '');
      return {
        address: addressOf(file),
        title: titleOf(markdown) ?? '',
        body: file.endsWith('.mdx') ? withoutComponents(text) : withoutExamples(text),
      };
    }),
  );
}

/** Astro's addresses are in lower case and without `@`. */
function addressOf(file: string): string {
  return file
    .toLowerCase()
    .replaceAll('@', '')
    .replace(/(\/index)?\.mdx?$/, '');
}
