import { expect, it } from 'vitest';
import { withoutBars } from '../../site/build/bars.ts';
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

it('makes tabs of the sections between two comments, and lists them nowhere else', () => {
  const servers = '# Servers\n\nCopy.\n\n<!-- tabs -->\n\n## Hono\n\nLines.\n\n<!-- /tabs -->\n';
  const content = toContent(page, servers, { base: '/js-sdk/' });

  expect(content).toContain('\n<section-tabs>\n\n## Hono\n\nLines.\n\n</section-tabs>\n');
  expect(content).toContain('tableOfContents: false');
  expect(toContent(page, markdown, { base: '/js-sdk/' })).not.toContain('tableOfContents');
});

it('draws the figures of a benchmark as bars, but not in the Markdown beside the page', () => {
  const table = [
    '| client | refused (429) |',
    '| --- | ---: |',
    '| **SDK** | **0** |',
    '| ky | 300 |',
    '| openai | 600 |',
  ];
  const markdown = `# Benchmarks\n\n${table.join('\n')}\n\n| client | done |\n| --- | ---: |\n| ky | 300 |\n`;
  const content = toContent(page, markdown, { base: '/js-sdk/' });

  expect(content.match(/--share: [\d.]+/g)).toEqual(['--share: 0.000', '--share: 0.500', '--share: 1.000']);
  expect(content).toContain('| ky | <i class="bar" style="--share: 0.500"></i> 300 |');
  expect(withoutBars(content)).toContain(table.join('\n'));
});
