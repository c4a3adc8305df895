import { expect, it } from 'vitest';
import { described, readable } from '../../site/build/reference-text.ts';

it('labels what a member returns and throws, and leaves out what its signature says', () => {
  const written = `Makes calls.

## Constructors

### Constructor

\`\`\`ts
new Client(options?: ClientOptions): Client;
\`\`\`

#### Parameters

| Parameter | Type | Description |
| ------ | ------ | ------ |
| \`options?\` | \`ClientOptions\` | - |

#### Returns

\`Client\`

#### Throws

[\`InvalidRequestError\`](/errors/) when an option
is wrong.

***

## Methods

### \\[hasInstance\\]()

#### Returns

\`boolean\`

***

### get()

\`\`\`ts
// ### not a heading
get(): Users | undefined;
\`\`\`

#### Returns

  \\| [\`Users\`](/users/)
  \\| \`undefined\`

#### Inherited from

\`Base.get\`
`;

  expect(readable(written)).toBe(`Makes calls.

## Constructor

\`\`\`ts
new Client(options?: ClientOptions): Client;
\`\`\`

| Parameter | Type | Description |
| ------ | ------ | ------ |
| \`options?\` | \`ClientOptions\` | |

**Throws** [\`InvalidRequestError\`](/errors/) when an option is wrong.

## Methods

### get()

\`\`\`ts
// ### not a heading
get(): Users | undefined;
\`\`\`

**Returns** [\`Users\`](/users/) \\| \`undefined\`
`);
});

it('says of each name in a list what it is', () => {
  const list = '- [Client](/api/client/)\n- [`Page`](/api/page/)\n- [Guides](/guides/)\n';
  const descriptions = new Map([
    ['/api/client/', 'Makes calls.'],
    ['/api/page/', 'A page of a list.'],
  ]);

  expect(described(list, descriptions)).toBe(
    '- [`Client`](/api/client/) Makes calls.\n- [`Page`](/api/page/) A page of a list.\n- [Guides](/guides/)\n',
  );
});
