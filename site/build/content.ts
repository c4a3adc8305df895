import type { AstroIntegration } from 'astro';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Edition, toContent } from './page-content.ts';
import { pages, root } from './pages.ts';
import manifest from '../../package.json' with { type: 'json' };

const content = fileURLToPath(new URL('../src/content/docs/', import.meta.url));

/** Writes what Starlight reads, from files of the repository, so that these stay the only source. */
export function contentOfRepository(): AstroIntegration {
  return {
    name: 'content-of-repository',
    hooks: {
      'astro:config:setup': ({ config: { base } }) =>
        writeContent({ base, tag: /\/v\d+\.\d+\/$/.test(base) ? `v${manifest.version}` : undefined }),
    },
  };
}

async function writeContent(edition: Edition): Promise<void> {
  await rm(content, { recursive: true, force: true });
  await Promise.all(
    pages.map(async (page) => {
      const path = `${content}${page.address}${extname(page.file)}`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, toContent(page, await readFile(`${root}${page.file}`, 'utf8'), edition));
    }),
  );
}
