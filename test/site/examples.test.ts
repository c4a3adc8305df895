import { expect, it } from 'vitest';
import { withExamples, withoutExamples } from '../../site/build/examples.ts';
import { fromHash } from '../../site/src/playground/address.ts';
import { codeBlocks } from '../guides/support/code-blocks.ts';

it('keeps the code of each guide within the 72 columns that a page shows', () => {
  const long = codeBlocks.flatMap(({ name, code }) =>
    code.split('\n').flatMap((line) => (line.length > 72 ? [`${name}: ${line}`] : [])),
  );

  expect(long).toEqual([]);
});

it('puts the whole program into a link, and takes the link out of the Markdown', () => {
  const markdown = '# Retries\n\n```ts run\nawait client.users.create(params);\n```\n\nMore.\n';
  const content = withExamples(markdown, '/js-sdk/');

  const [, hash = ''] = /href="\/js-sdk\/playground\/(#[^"]+)"/.exec(content) ?? [];
  expect(fromHash(hash)).toMatch(
    /^import { Client, type UserCreateParams }[^]+\nawait client\.users\.create\(params\);$/,
  );
  expect(withoutExamples(content)).toBe(markdown);
});

it('leaves other code alone', () => {
  const markdown = '```ts\nawait client.users.create(params);\n```\n';

  expect(withExamples(markdown, '/js-sdk/')).toBe(markdown);
});
