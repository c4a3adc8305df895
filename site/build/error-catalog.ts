import { readdirSync, readFileSync } from 'node:fs';
import { root } from './pages.ts';

const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const verification = 'src/webhooks/verification-error.ts';

/** Fills the tables of the catalogue from the sources, where the comments say what each error means. */
export function withErrorCatalog(markdown: string, base: string): string {
  const tables: Readonly<Record<string, string>> = {
    classes: classes(base),
    'api-codes': apiCodes(),
    'webhook-codes': webhookCodes(),
  };
  return markdown.replaceAll(/<!-- ([\w-]+) -->/g, (mark: string, name: string) => tables[name] ?? mark);
}

/** A row for each class, in the order of the files. */
function classes(base: string): string {
  const files = readdirSync(`${root}src/errors`).map((name) => `src/errors/${name}`);
  const rows = [...files, verification].flatMap((file) =>
    Array.from(
      read(file).matchAll(/\/\*\*((?:(?!\*\/)[^])+)\*\/\nexport (?:abstract )?class (\w+) extends/g),
      ([, comment = '', name = '']) => {
        const entry = file === verification ? 'webhooks/' : '';
        const link = `${base}api/example/sdk/${entry}classes/${name.toLowerCase()}/`;
        return `| [\`${name}\`](${link}) | ${textOf(comment)} |`;
      },
    ),
  );
  return ['| class | meaning |', '| --- | --- |', ...rows].join('\n');
}

/** The table of the local API's guide. */
function apiCodes(): string {
  return /^## Error codes\n[^|]+(\|[^]+?)\n\n/m.exec(`${read('sandbox/docs/reference.md')}\n\n`)?.[1] ?? '';
}

function webhookCodes(): string {
  const lines = read(verification).matchAll(/^ \* - ((?:`\w+`(?:, )?)+): (.+)$/gm);
  const rows = Array.from(lines, ([, codes, meaning]) => `| ${codes} | ${meaning} |`);
  return ['| code | meaning |', '| --- | --- |', ...rows].join('\n');
}

/** The first paragraph of a comment, without asterisks and links. */
function textOf(comment: string): string {
  const [first = ''] = comment.split(/\n \*(?:\n| @)/);
  const plain = first.replaceAll(/\s*\n \* ?/g, ' ').replaceAll(/\{@link ([\w.]+)\}/g, '`$1`');
  return plain.trim();
}
