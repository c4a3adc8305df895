import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const internals = readdirSync(join(root, 'docs/internals')).map((name) => `docs/internals/${name}`);
const guides = ['CONTRIBUTING.md', 'AGENTS.md', 'SECURITY.md', '.github/PULL_REQUEST_TEMPLATE.md', ...internals];

describe.each(guides)('%s', (guide) => {
  const text = read(guide);

  it('names files and folders that exist', () => {
    const named = text.matchAll(/(?:site\/)?(?:src|test|sandbox|docs|bench|\.github)\/[\w./-]*\w(?![\w*<-]|\/<)/g);
    const paths = [...named].map(([path]) => path).filter((path) => !/^docs\/api$|^dist/.test(path));

    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('links to pages that exist', () => {
    const targets = Array.from(text.matchAll(/\]\(([^)#:]+)\)/g), ([, target = '']) => target);
    // What is in dist/ is there once the package is built.
    const missing = targets.filter((to) => !to.startsWith('dist/') && !existsSync(join(root, dirname(guide), to)));
    expect(missing).toEqual([]);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: object };

    const named = Array.from(text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g), ([, script]) => script);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });
});

it('CONTRIBUTING.md names files that exist, also without their folders', () => {
  const sources = '{*,{src,test,sandbox,bench,.github}/**/*}.{ts,tsx}';
  const files = globSync(sources, { cwd: root, exclude: ['**/node_modules/**'] }).map((file) => basename(file));
  const named = Array.from(read('CONTRIBUTING.md').matchAll(/`(?:[^`\s]*\/)?([\w.-]+\.tsx?)`/g), ([, name]) => name);
  expect(files).toEqual(expect.arrayContaining(named));
});

it('AGENTS.md stays short', () => {
  expect(read('AGENTS.md').split('\n').length).toBeLessThanOrEqual(80);
});
