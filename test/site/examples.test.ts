import { readFile } from 'node:fs/promises';
import { Client } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { expect, it } from 'vitest';
import { codeBlocks } from '../guides/support/code-blocks.ts';

it('the code of each guide fits the 72 columns that a page shows', () => {
  const long = codeBlocks.flatMap(({ name, code }) =>
    code.split('\n').flatMap((line) => (line.length > 72 ? [`${name}: ${line}`] : [])),
  );

  expect(long).toEqual([]);
});

it('the quickstart says what its program prints', async () => {
  const text = await readFile(new URL('../../site/pages/start.mdx', import.meta.url), 'utf8');
  const [, printed = ''] = /^```text[^\n]*\n([^]+?)…\n```$/m.exec(text) ?? [];
  const sandbox = createSandbox();
  const { apiToken, fetch } = sandbox;
  const projects = await new Client({ apiToken, fetch }).projects.list({ status: 'active' }).toArray();

  expect(printed.trim().split('\n')).toEqual(projects.slice(0, 3).map(({ id, name }) => `${id} ${name}`));
  expect([projects.length, sandbox.requests.length]).toEqual([60, 1]);
  expect(text).toContain('60 projects, which took one request');
});
