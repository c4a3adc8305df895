import { expect, it } from 'vitest';
import { sectionsOf } from '../../site/build/sections.ts';

const markdown = `
The \`first\` [sentence](other.md).

## Set \`maxWait\`

| option | meaning |
| ------ | ------- |
| a      | **b**   |

\`\`\`sh
## a comment
\`\`\`

### 1. Again

- one
- two
`;

it('splits a page at its headings, and leaves words', () => {
  const slug = (heading: string) => heading.toLowerCase().replace(' ', '-');

  expect(sectionsOf({ address: 'guides/x/', title: 'Title', body: markdown }, slug)).toEqual([
    { address: 'guides/x/', page: 'Title', heading: '', text: 'The first sentence.' },
    {
      address: 'guides/x/#set-maxwait',
      page: 'Title',
      heading: 'Set maxWait',
      text: 'option meaning a b a comment',
    },
    { address: 'guides/x/#1.-again', page: 'Title', heading: '1. Again', text: 'one two' },
  ]);
});
