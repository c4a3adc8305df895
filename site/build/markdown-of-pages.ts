import type { AstroIntegration } from 'astro';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
          const [, title = '', text = ''] =
            /^---\n[^]*?^title: "?(.+?)"?\n[^]*?^---\n([^]*)$/m.exec(await readFile(join(content, file), 'utf8')) ?? [];
          const path = join(output, `${addressOf(file)}.md`);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, `# ${title}\n\n${withoutComponents(text).trim()}\n`);
        }
      },
    },
  };
}

/** Astro leaves out of an address what is neither a letter, a digit nor a hyphen. */
function addressOf(file: string): string {
  return file
    .toLowerCase()
    .replaceAll('@', '')
    .replace(/(\/index)?\.mdx?$/, '');
}

/** MDX without its imports and components: their content stays. */
function withoutComponents(text: string): string {
  return text.replaceAll(/^import .+\n/gm, '').replaceAll(/^\s*<\/?[A-Z][^>]*>\n?/gm, '');
}
