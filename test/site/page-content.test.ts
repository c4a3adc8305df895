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

it('links to pages of the site, and to the files of main', () => {
  const content = toContent(page, markdown, { base: '/js-sdk/' });

  expect(content).toContain('title: "Errors and \\"more\\""');
  expect(content).toContain('editUrl: "https://github.com/your-org/js-sdk/edit/main/docs/errors.md"');
  expect(content).toContain('[retries](/js-sdk/guides/retries/#once)');
  expect(content).toContain(`[the source](${blob}/main/src/index.ts)`);
  expect(content).toContain(`[an example](${blob}/main/examples/testing/README.md#run)`);
  expect(content).toContain('// [retries](retries.md)');
  expect(content).toContain('Of 100, 60\u00a0000 fail.'); // in one line
});

it('links to the files of the version in the folder of that version, and offers no edits', () => {
  const content = toContent(page, markdown, { base: '/js-sdk/v1.2/', tag: 'v1.2.3' });

  expect(content).toContain('[retries](/js-sdk/v1.2/guides/retries/#once)');
  expect(content).toContain(`[the source](${blob}/v1.2.3/src/index.ts)`);
  expect(content).toContain(`[an example](${blob}/v1.2.3/examples/testing/README.md#run)`);
  expect(content).not.toContain('editUrl');
});
