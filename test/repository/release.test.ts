import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { notesOf, packagesIn, problemsOf, sectionOf } from '../../.github/scripts/release.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const changelog =
  '# Changelog\n\nIntroduction.\n\n## 1.2.3 - 2026-11-25\n\n- New.\n\n## 1.2.2 - 2026-11-24\n\n- Old.\n';
const sdk = { name: '@example/sdk', version: '1.2.3', changelog };
const sandbox = { name: '@example/sandbox', version: '1.2.3', changelog };
const versionFile = "export const VERSION = '1.2.3';";

describe('a tag can be released', () => {
  it('if the packages, the changelogs and VERSION name its version', () => {
    expect(problemsOf('v1.2.3', [sdk, sandbox], versionFile)).toEqual([]);
  });

  it.each([
    ['a package has another version', [sdk, { ...sandbox, version: '1.2.2' }], versionFile, '@example/sandbox'],
    ['a changelog has no section', [{ ...sdk, changelog: '# Changelog\n' }, sandbox], versionFile, '@example/sdk'],
    ['a section has no date', [{ ...sdk, changelog: '## 1.2.3\n\n- New.\n' }, sandbox], versionFile, '@example/sdk'],
    ['a section is empty', [{ ...sdk, changelog: '## 1.2.3 - 2026-11-25\n' }, sandbox], versionFile, '@example/sdk'],
    ['VERSION differs', [sdk, sandbox], "export const VERSION = '1.2.2';", 'src/utils/version.ts'],
  ])('but not if %s', (_, packages, file, culprit) => {
    expect(problemsOf('v1.2.3', packages, file)).toEqual([expect.stringContaining(culprit)]);
  });
});

it('takes the release notes from the changelogs', () => {
  expect(notesOf('v1.2.3', [sdk, sandbox])).toBe('# @example/sdk\n\n- New.\n\n# @example/sandbox\n\n- New.\n');
});

it('finds the packages of this repository, at one version', () => {
  const packages = packagesIn(root);
  const [first] = packages;

  expect(first?.name).toBe('@example/sdk');
  expect(sectionOf(first!, first!.version)).toContain('The first version');
  const version = readFileSync(`${root}/src/utils/version.ts`, 'utf8');
  expect(problemsOf(`v${first!.version}`, packages, version)).toEqual([]);
});
