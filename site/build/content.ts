import type { AstroIntegration } from 'astro';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { titleOf } from './markdown.ts';
import { type Edition, firstSentence, toContent } from './page-content.ts';
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

/** Describes each page of the API reference by its first sentence, and leaves out the index of modules, which the sidebar has. */
export function finishedReference(): AstroIntegration {
  return {
    name: 'finished-reference',
    hooks: {
      // After TypeDoc, which runs in the same hook.
      'astro:config:setup': async () => {
        const files = await readdir(`${content}api`, { recursive: true });
        const pages = files.filter((file) => file.endsWith('.md'));
        await Promise.all(
          pages.map(async (file) => {
            const path = `${content}api/${file}`;
            const [, matter = '', body = ''] = /^---\n([^]*?)---\n([^]*)$/.exec(await readFile(path, 'utf8')) ?? [];
            const title = titleOf(`---\n${matter}---\n`) ?? '';
            const description = firstSentence(body) ?? `${title} of @example/sdk: types, parameters and defaults.`;
            const text = file === 'index.md' ? body.replace(/^## Modules\n[^]*/m, '') : body;
            // What has no sections needs no list of them.
            const sections = /^## /m.test(text) ? '' : 'tableOfContents: false\n';
            await writeFile(path, `---\n${matter}description: ${JSON.stringify(description)}\n${sections}---\n${text}`);
          }),
        );
      },
    },
  };
}
