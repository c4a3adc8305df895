import type { AstroIntegration } from 'astro';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Application,
  Converter,
  type DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc';
import { titleOf } from './markdown.ts';
import { addressOf } from './markdown-of-pages.ts';
import { firstSentence } from './page-content.ts';
import { described, linked, readable, withGroups, withImport, withSummary } from './reference-text.ts';

const folder = fileURLToPath(new URL('../src/content/docs/api/', import.meta.url));
const guides = fileURLToPath(new URL('../src/content/docs/guides/', import.meta.url));
const packageOf = ({ address }: { readonly address: string }) => address.split('/')[2];

/** A plugin of TypeDoc, which leaves out the class of `@throws {Class} when …`. This puts a link to the class there. */
export function linkThrows(app: Application): void {
  // Members are in the order of their declaration, which is that of their use. Others are in that of their names.
  const sort = ({ project }: { readonly project: ProjectReflection }) => {
    const of = (kind: ReflectionKind) => project.getReflectionsByKind(kind) as DeclarationReflection[];
    for (const { groups = [] } of [...of(ReflectionKind.Class), ...of(ReflectionKind.Interface)])
      for (const { children } of groups) children.sort((a, b) => a.id - b.id);
  };
  app.converter.on(Converter.EVENT_RESOLVE_END, sort, -1000);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    // An accessor is a property to its readers.
    for (const each of project.getReflectionsByKind(ReflectionKind.Accessor) as DeclarationReflection[]) {
      const { type, comment } = each.getSignature ?? each;
      Object.assign(each, { kind: ReflectionKind.Property, type, comment, getSignature: undefined });
    }
    const classes = new Map(project.getReflectionsByKind(ReflectionKind.Class).map((each) => [each.name, each]));
    for (const { comment } of Object.values(project.reflections)) {
      for (const tag of comment?.getTags('@throws') ?? []) {
        const name = tag.typeAnnotation?.slice(1, -1) ?? '';
        const target = classes.get(name);
        if (target === undefined) continue;
        delete tag.typeAnnotation;
        tag.content.unshift({ kind: 'inline-tag', tag: '@linkcode', text: name, target }, { kind: 'text', text: ' ' });
      }
    }
  });
}

/** Finishes what TypeDoc writes: each page has a description, each name in a list says what it is, and members are short. */
export function finishedReference(): AstroIntegration {
  return {
    name: 'finished-reference',
    hooks: {
      // After TypeDoc, which runs in the same hook.
      'astro:config:setup': async ({ config: { base } }) => {
        const files = await readdir(folder, { recursive: true });
        const pages = await Promise.all(files.filter((file) => file.endsWith('.md')).map(read));
        const linksTo = (some: typeof pages) =>
          new Map(some.map((page) => [basename(page.file, '.md'), `${base}${page.address}`]));
        const bodies = new Map(pages.map(({ address, body }) => [`${base}${address}`, body]));
        const options = await readFile(`${guides}options.md`, 'utf8');
        const errors = await readFile(`${guides}errors.md`, 'utf8');
        const descriptions = new Map(pages.map(({ address, description }) => [`${base}${address}`, description]));
        await Promise.all(
          pages.map(async ({ file, address, matter, body, description }) => {
            const short = await readable(file === 'index.md' ? body.replace(/^## Modules\n[^]*/m, '') : body);
            const links = linksTo(
              pages.filter((page) => page.address !== address && packageOf(page) === packageOf({ address })),
            );
            const summed = withSummary(described(short, descriptions), (link) => bodies.get(link));
            const text = linked(withGroups(summed, options), links);
            // What has no sections needs no list of them.
            const sections = /^## /m.test(text) ? '' : 'tableOfContents: false\n';
            const head = `${matter}description: ${JSON.stringify(description)}\n${sections}`;
            await writeFile(`${folder}${file}`, `---\n${head}---\n${withImport(file, text, errors)}`);
          }),
        );
        // In a table of a guide, too.
        const links = linksTo(pages.filter((page) => packageOf(page) === 'sdk'));
        for (const file of await readdir(guides)) {
          const text = await readFile(`${guides}${file}`, 'utf8');
          await writeFile(
            `${guides}${file}`,
            text.replaceAll(/^\|.*$/gm, (row) => linked(row, links)),
          );
        }
      },
    },
  };
}

async function read(file: string) {
  const markdown = await readFile(`${folder}${file}`, 'utf8');
  const [, fields = '', text = ''] = /^---\n([^]*?)---\n([^]*)$/.exec(markdown) ?? [];
  const [, source = 'false'] = /^Defined in: \[.*\]\((.+)#L\d+\)$/m.exec(text) ?? [];
  const matter = fields.replace('editUrl: false', `editUrl: ${source}`);
  const body = text.replaceAll(/^Defined in: .*\n+/gm, '');
  const title = titleOf(`---\n${matter}---\n`) ?? '';
  const description = firstSentence(body) ?? `${title} of @example/sdk: types, parameters and defaults.`;
  return { file, address: `${addressOf(`api/${file}`)}/`, matter, body, description };
}
