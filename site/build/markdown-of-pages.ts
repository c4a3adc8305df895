import type { AstroIntegration } from 'astro';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { titleOf, withoutComponents } from './markdown.ts';

const content = fileURLToPath(new URL('../src/content/docs/', import.meta.url));

/** Puts the Markdown of each page beside it: of `/guides/errors/` at `/guides/errors.md`. */
export function markdownOfPages(): AstroIntegration {
  return {
    name: 'markdown-of-pages',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const output = fileURLToPath(dir);
        for (const file of await readdir(content, { recursive: true })) {
          if (!/\.mdx?$/.test(file)) continue;
          const markdown = await readFile(join(content, file), 'utf8');
          const text = markdown.replace(/^---\n[^]*?^---\n/m, '');
          const path = join(output, `${addressOf(file)}.md`);
          await mkdir(dirname(path), { recursive: true });
          const body = file.endsWith('.mdx') ? withoutComponents(text) : text;
          await writeFile(path, `# ${titleOf(markdown) ?? ''}\n\n${body.trim()}\n`);
        }
      },
    },
  };
}

/** Astro's addresses are in lower case and without `@`. */
function addressOf(file: string): string {
  return file
    .toLowerCase()
    .replaceAll('@', '')
    .replace(/(\/index)?\.mdx?$/, '');
}
