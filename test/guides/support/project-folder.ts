import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './code-blocks.ts';

/** A new folder in which programs find the built packages, as in the project of a user. */
export async function projectFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'guides-'));
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  return directory;
}
