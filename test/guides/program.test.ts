import { expect, it } from 'vitest';
import { programOf } from './support/program.ts';

it('puts what a block does not declare before it, and the imports of both first', () => {
  const block = `import { NotFoundError } from '@example/sdk'; // thrown by get

await client.users.get('user_1').catch((error: unknown) => error instanceof NotFoundError);
`;

  expect(programOf(block)).toEqual({
    code: `import { Client, NotFoundError } from '@example/sdk';

// Your program has these already.
const client = new Client();

await client.users.get('user_1').catch((error: unknown) => error instanceof NotFoundError);
`,
    modules: ['@example/sdk'],
  });
});

it('adds nothing for names that the block declares, nor for names of members', () => {
  const block = `const client = new Client();
const page = await client.projects.list({}, { cursor: undefined });
page.params;
`;

  expect(programOf(block).code).toBe(`import { Client } from '@example/sdk';\n\n${block}`);
});

it('adds what a name needs that it adds, and each thing once', () => {
  const { code, modules } = programOf('await client.projects.list({}, { cursor });\ncomments;\nteamSchema;\n');

  expect(code.match(/^const \S+/gm)).toEqual([
    'const client',
    'const ids',
    'const comments',
    'const teamSchema',
    'const {',
  ]);
  expect(modules).toEqual(['zod', '@example/sdk']);
});
