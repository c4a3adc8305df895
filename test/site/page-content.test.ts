import { expect, it } from 'vitest';
import { toContent } from '../../site/build/page-content.ts';

const page = { address: 'guides/errors', file: 'docs/errors.md' };
const blob = 'https://github.com/your-org/js-sdk/blob';
const markdown = `# \`Errors\` and "more"

Of 100, 60 000 fail.

See [retries](retries.md#once), [the source](../src/index.ts) and [an example](${blob}/main/examples/testing/README.md#run).

\`\`\`ts
// [retries](retries.md)
\`\`\`
`;

it.each([
  ['main', '/js-sdk/', undefined],
  ['v1.2.3', '/js-sdk/v1.2/', 'v1.2.3'],
])('links to pages of the site, and to the files of %s', (version, base, tag) => {
  const content = toContent(page, markdown, { base, tag });

  expect(content).toContain('title: "Errors and \\"more\\""');
  expect(content).toContain(`[retries](${base}guides/retries/#once)`);
  expect(content).toContain(`[the source](${blob}/${version}/src/index.ts)`);
  expect(content).toContain(`[an example](${blob}/${version}/examples/testing/README.md#run)`);
  expect(content).toContain('// [retries](retries.md)');
  expect(content).toContain('Of 100, 60\u00a0000 fail.'); // in one line
  // Nobody can change a version that is published.
  expect(content.includes('editUrl: "https://github.com/your-org/js-sdk/edit/main/docs/errors.md"')).toBe(!tag);
});
