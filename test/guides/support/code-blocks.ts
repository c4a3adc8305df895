import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

/** A fenced block of code in a guide. */
export interface CodeBlock {
  /** Its page, heading and number, such as `docs/errors.md: Secrets, 1`. */
  readonly name: string;
  readonly guide: string;
  /** The word after the fence, such as `ts`. */
  readonly language: string;
  readonly code: string;
}

/** The pages whose code users copy. */
const guides: readonly string[] = [
  ...['AGENTS.md', 'README.md', 'sandbox/README.md', 'sandbox/docs/reference.md', 'site/pages/start.mdx'],
  ...['docs', 'site/pages/start'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) => (name.endsWith('.md') ? `${folder}/${name}` : [])),
  ),
];

/** Every block of code in the guides, in order. */
export const codeBlocks: readonly CodeBlock[] = guides.flatMap((guide) =>
  blocksIn(guide, readFileSync(join(root, guide), 'utf8')),
);

/** The code of a block, by its name. */
export function codeOf(name: string): string {
  const block = codeBlocks.find((each) => each.name === name);
  if (block === undefined) throw new Error(`There is no ${name}.`);
  return block.code;
}

/** What a block needs to run: most need nothing, the others a server, a network or a test runner. */
export function placeOf({ guide, name, language, code }: CodeBlock): 'alone' | 'server' | 'network' | 'tests' | 'Jest' {
  if (guide === 'docs/webhook-servers.md' && code.startsWith('// ')) return 'server';
  if (guide === 'docs/networks.md') return /Next\.js|Cloudflare/.test(name) ? 'server' : 'network';
  if (guide === 'docs/testing.md' && language === 'ts') return code.includes('@jest/globals') ? 'Jest' : 'tests';
  return 'alone';
}

function blocksIn(guide: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  let count = 0;
  for (const [, title, language, code] of text.matchAll(/^#+ (.+)$|^ *```(\w*).*\n([^]*?)^ *```$/gm)) {
    if (title !== undefined) [heading, count] = [title, 0];
    else blocks.push({ name: `${guide}: ${heading}, ${++count}`, guide, language: language ?? '', code: code ?? '' });
  }
  return blocks;
}

/** A new folder in which programs find the built packages, as in a user's project. */
export async function projectFolder() {
  const path = await mkdtemp(join(tmpdir(), 'guides-'));
  await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
  await writeFile(join(path, 'package.json'), '{ "type": "module" }');
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
