import { expect, it } from 'vitest';
import { isRunnable, withExamples, withoutExamples } from '../../site/build/examples.ts';
import { fromHash } from '../../site/src/playground/address.ts';
import { codeBlocks } from '../guides/support/code-blocks.ts';
import { examplesOf, outcomes, pagesWithExamples } from './support/examples.ts';

it('keeps the code of each guide within the 72 columns that a page shows', () => {
  const long = codeBlocks.flatMap(({ name, code }) =>
    code.split('\n').flatMap((line) => (line.length > 72 ? [`${name}: ${line}`] : [])),
  );

  expect(long).toEqual([]);
});

it('runs each example of a guide in a page, but those that need more than a page', () => {
  const runnable = pagesWithExamples.flatMap((page) =>
    examplesOf(page.file).filter(({ code }) => isRunnable(page, code)),
  );

  expect(runnable.map(({ name }) => name).toSorted()).toEqual(Object.keys(outcomes).toSorted());
});

it('puts the whole program into a link, and takes the link out of the Markdown', () => {
  const page = { address: 'guides/retries', file: 'docs/retries.md' };
  const markdown = '# Retries\n\n```ts\nawait client.users.create(params);\n```\n\nMore.\n';
  const content = withExamples(page, markdown, '/js-sdk/');

  const [, hash = ''] = /href="\/js-sdk\/playground\/(#[^"]+)"/.exec(content) ?? [];
  expect(fromHash(hash)).toMatch(
    /^import { Client, type UserCreateParams }[^]+\nawait client\.users\.create\(params\);$/,
  );
  expect(withoutExamples(content)).toBe(markdown);
});

it('leaves a page alone whose code is no example', () => {
  const page = { address: 'project/changelog', file: 'CHANGELOG.md' };
  const markdown = '```ts\nawait client.users.create(params);\n```\n';

  expect(withExamples(page, markdown, '/js-sdk/')).toBe(markdown);
});
