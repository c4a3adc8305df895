import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { bundledPackages } from '../../support/bundled-packages.ts';
import { tool } from './tools.ts';

/** A bundler, by its command line. */
export interface Bundler {
  readonly subject: string;
  /** Its name in `test/package/tools/package.json`, and its command. */
  readonly name: string;
  /** What makes `out/page.js` of `page.js`, or `out` of `index.html`, minified where it can. */
  readonly args: readonly string[];
  /** What makes it leave a large page as it is, if it would take four times as long to minify it. */
  readonly argsForLargePage?: readonly string[];
}

export const bundlers: readonly Bundler[] = [
  { subject: 'Vite', name: 'vite', args: ['build', '--outDir', 'out', '--logLevel', 'warn'] },
  {
    subject: 'webpack',
    name: 'webpack',
    args: ['--mode', 'production', '--entry', './page.js', '--output-path', 'out', '--output-filename', 'page.js'],
    argsForLargePage: ['--no-optimization-minimize'],
  },
  {
    subject: 'esbuild',
    name: 'esbuild',
    args: ['page.js', '--bundle', '--minify', '--format=esm', '--outfile=out/page.js', '--log-level=warning'],
  },
  {
    subject: 'Rollup',
    name: 'rollup',
    args: 'page.js --plugin node-resolve --plugin commonjs --format es --file out/page.js --silent'.split(' '),
  },
  {
    subject: 'Rolldown',
    name: 'rolldown',
    args: ['page.js', '--minify', '--format', 'es', '--file', 'out/page.js', '--log-level', 'warn'],
  },
];

const html = '<!doctype html><title>Page</title><script type="module" src="page.js"></script>';

/** Builds a page of a program, in the project where the packages are installed. Gives the directory to serve. */
export async function buildPage({ name, args }: Bundler, program: string): Promise<string> {
  const directory = await mkdtemp(join(inject('project'), `${name}-`));
  const out = join(directory, 'out');
  await writeFile(join(directory, 'page.js'), program);
  await writeFile(join(directory, 'index.html'), html);
  await promisify(execFile)(tool(`.bin/${name}`), args, { cwd: directory });

  const built = await readdir(out);
  if (!built.includes('index.html')) await writeFile(join(out, 'index.html'), html);
  return out;
}

/** The bundled packages of which something is in a built page. */
export async function packagesIn(directory: string): Promise<string[]> {
  const files = await readdir(directory, { recursive: true });
  const scripts = files.filter((file) => file.endsWith('.js'));
  const texts = await Promise.all(scripts.map((file) => readFile(join(directory, file), 'utf8')));
  return bundledPackages(texts.join('\n'));
}
