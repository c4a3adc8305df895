// `npm run release:dry` rehearses the rest: it sets a version, builds, packs and publishes to its own registry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as release from '../../.github/scripts/release.ts';

const { notesOf, problemsOf, provenanceProblems } = release;
const root = join(import.meta.dirname, '../..');

const changelog = '# Changelog\n\nWhat.\n\n## 1.2.3 - 2026-11-25\n\n- New.\n\n## 1.2.2 - 2026-11-24\n\n- Old.\n';
const sdk = { name: '@example/sdk', version: '1.2.3', changelog };
const sandbox = { name: '@example/sandbox', version: '1.2.3', changelog };
const versionFile = "export const VERSION = '1.2.3';";

it.each([
  ['the packages, the changelogs and VERSION name its version', [sdk, sandbox], versionFile, []],
  ['a package has another version', [sdk, { ...sandbox, version: '1.2.2' }], versionFile, ['@example/sandbox']],
  ['a changelog has no section', [{ ...sdk, changelog: '# Changelog\n' }, sandbox], versionFile, ['@example/sdk']],
  ['a section has no date', [{ ...sdk, changelog: '## 1.2.3\n\n- New.\n' }, sandbox], versionFile, ['@example/sdk']],
  ['a section is empty', [{ ...sdk, changelog: '## 1.2.3 - 2026-11-25\n' }, sandbox], versionFile, ['@example/sdk']],
  ['VERSION differs', [sdk, sandbox], "export const VERSION = '1.2.2';", ['src/utils/version.ts']],
])('what keeps a tag from being released if %s', (_, packages, file, culprits) => {
  const problems = problemsOf('v1.2.3', packages, file);
  expect(problems.map((problem) => culprits.find((culprit) => problem.includes(culprit)))).toEqual(culprits);
});

it('the packages and the workflow have what provenance needs', () => {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const both = ['package.json', 'sandbox/package.json'].map((path) => JSON.parse(read(path)) as release.PackedManifest);
  expect(provenanceProblems(both, read('.github/workflows/release.yml'))).toEqual([]);
  expect(provenanceProblems([{ name: '@example/sdk' }], '')).toHaveLength(4);
});

it.each([
  ['the section of its version, which has no date yet', '## Unreleased\n\n## 1.3.0\n\n- Soon.\n', '- Soon.'],
  ['what is unreleased if there is none', '## Unreleased\n\n- Next.\n\n## 1.2.3 - 2026-11-25\n\n- New.\n', '- Next.'],
])('a prerelease has the notes of %s', (_, sections, notes) => {
  const version = '1.3.0-rc.1';
  const packages = [{ name: '@example/sdk', version, changelog: `# Changelog\n\n${sections}` }];

  expect(problemsOf(`v${version}`, packages, `export const VERSION = '${version}';`)).toEqual([]);
  expect(notesOf(`v${version}`, packages)).toBe(`# @example/sdk\n\n${notes}\n`);
});

it('takes the release notes from the changelogs', () => {
  expect(notesOf('v1.2.3', [sdk, sandbox])).toBe('# @example/sdk\n\n- New.\n\n# @example/sandbox\n\n- New.\n');
});
