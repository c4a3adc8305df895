import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './code-blocks.ts';

/** A new folder in which programs find the built packages, as in the project of a user. */
export async function projectFolder() {
  const path = await mkdtemp(join(tmpdir(), 'guides-'));
  await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
  await writeFile(join(path, 'package.json'), '{ "type": "module" }');
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
