import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unsupportedVersion } from '../../src/utils/node-version.ts';

it.each(['18.20.4', '20.20.2', '22.0.0', '22.11.0'])('refuses Node.js %s', (version) => {
  expect(unsupportedVersion(version)).toBe(`example-sandbox needs Node.js 22.12 or later. This is Node.js ${version}.`);
});

it.each(['22.12.0', '22.23.3', '24.0.0', '26.10.0'])('runs on Node.js %s', (version) => {
  expect(unsupportedVersion(version)).toBeUndefined();
});

it('refuses what package.json refuses', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    engines: object;
  };
  expect(manifest.engines).toEqual({ node: '>=22.12' });
});
