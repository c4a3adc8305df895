import { expect } from 'vitest';
import { codeBlocks, codeOf, placeOf } from '../../guides/support/code-blocks.ts';
import { signed, userCreated } from '../../webhooks/support/signed-request.ts';

/** The recipes of docs/webhook-servers.md, by the comment in their first line. */
export const recipes: ReadonlyMap<string, string> = new Map(
  codeBlocks
    .filter((block) => block.guide === 'docs/webhook-servers.md' && placeOf(block) === 'server')
    .map(({ code }) => [code.slice('// '.length, code.indexOf('\n')), code]),
);

/** What a recipe relies on: the guide's first lines, and a handler whose effect can be seen. */
export const preamble = `import { Webhooks } from '@example/sdk/webhooks';
const webhooks = new Webhooks();
webhooks.on('user.created', (event) => {
  console.log('Welcome, ' + event.data.name + '!');
});
${codeOf('docs/webhook-servers.md: Webhooks in your server, 1')}`;

/** The code of a recipe. */
export function recipe(name: string): string {
  const code = recipes.get(name);
  if (code === undefined) throw new Error(`docs/webhook-servers.md has no recipe "${name}".`);
  return code;
}

/** Sends a signed webhook, which must be handled, and a changed one, which must not be. */
export async function expectToReceive(url: string, output: () => string): Promise<void> {
  const name = `Zoë at ${url} 👋`;
  const { body, ...rest } = await signed({ ...userCreated, data: { ...userCreated.data, name } });

  const accepted = await fetch(url, { ...rest, body });
  // If the status is wrong, the output says why.
  expect({ status: accepted.status, output: output() }).toHaveProperty('status', 204);
  await expect.poll(output).toContain(`Welcome, ${name}!`);

  const rejected = await fetch(url, { ...rest, body: body.replace('Zoë', 'Eve') });
  expect([rejected.status, await rejected.text()]).toEqual([400, '']);
  expect(output()).not.toContain('Welcome, Eve');
}
