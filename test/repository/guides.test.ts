import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const records = readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
const guides = ['CONTRIBUTING.md', 'AGENTS.md', 'SECURITY.md', '.github/PULL_REQUEST_TEMPLATE.md', ...records];

describe.each(guides)('%s', (guide) => {
  const text = read(guide);

  it('names files and folders that exist', () => {
    const named = text.matchAll(/(?:site\/)?(?:src|test|sandbox|docs|bench|\.github)\/[\w./-]*\w(?![\w*<-]|\/<)/g);
    const paths = [...named].map(([path]) => path).filter((path) => !/^docs\/api$|^dist/.test(path));

    for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('links to pages that exist', () => {
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      if (target!.startsWith('dist/')) continue; // It is there once the package is built.
      expect(existsSync(join(root, dirname(guide), target!)), target).toBe(true);
    }
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: object };

    for (const [, script] of text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g))
      expect(scripts).toHaveProperty([script!]);
  });
});

it('AGENTS.md stays short', () => {
  expect(read('AGENTS.md').split('\n').length).toBeLessThanOrEqual(80);
});
