import { expect, it } from 'vitest';
import { titleOf, withoutComponents } from '../../site/build/markdown.ts';

it.each([
  ['# Errors\n\ntitle: no\n', 'Errors'],
  ['---\ntitle: Playground\n---\n\n# Other\n', 'Playground'],
  [`---\ntitle: '@example/sdk'\n---\n`, '@example/sdk'],
  ['---\neditUrl: false\ntitle: "@example/sdk"\n---\n', '@example/sdk'],
  ['---\ntitle: "Say \\"yes\\""\n---\n', 'Say "yes"'],
  ['No title.\n', undefined],
])('finds the title of %j', (markdown, title) => {
  expect(titleOf(markdown)).toBe(title);
});

it('leaves out imports and components of MDX, but not those of its examples', () => {
  const example = `\`\`\`tsx\nimport { Client } from '@example/sdk';\n\n<Provider>\n\`\`\`\n`;
  const mdx = `import Card from '~/Card.astro';\n\n<Card title="One">\nText\n</Card>\n\n${example}`;

  expect(withoutComponents(mdx)).toBe(`\nText\n\n${example}`);
});
