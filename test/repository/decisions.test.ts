import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../docs/decisions/', import.meta.url));
const names = readdirSync(folder).filter((name) => name !== 'README.md');
const index = readFileSync(`${folder}README.md`, 'utf8');

describe.each(names)('%s', (name) => {
  const record = readFileSync(folder + name, 'utf8');
  const number = Number(name.slice(0, 4));

  it('has every part of a record', () => {
    expect(record).toMatch(
      /^# \d+\. .+\n\n- Status: .+\n(?: {2}.+\n)?- Date: \d{4}-\d\d-\d\d\n- Taken in: [^#]+## Context\n[^#]+## Decision\n[^#]+## Consequences\n/,
    );
  });

  it('is listed with its number and title', () => {
    const title = /^# (\d+)\. (.+)\n/.exec(record);

    expect(Number(title?.[1])).toBe(number);
    expect(index).toMatch(new RegExp(`\\| \\[${String(number)}\\]\\(${name}\\) +\\| ${escapeRegExp(title![2]!)} +\\|`));
  });
});

it('numbers the records without a gap', () => {
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, at) => at + 1));
});

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
