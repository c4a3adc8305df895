import { readFileSync } from 'node:fs';

const guide = readFileSync(new URL('../../../docs/webhook-servers.md', import.meta.url), 'utf8');

/** The recipes of docs/webhook-servers.md, by the comment in their first line. */
export const recipes: ReadonlyMap<string, string> = new Map(
  Array.from(guide.matchAll(/^```ts\n\/\/ (.+)\n([^]+?)^```$/gm), ([, name = '', code = '']) => [name, code]),
);

/** What a recipe relies on: the first lines of the guide, and a handler that can be seen at work. */
export const preamble = `import { Webhooks } from '@example/sdk/webhooks';
const webhooks = new Webhooks();
webhooks.on('user.created', (event) => {
  console.log('Welcome, ' + event.data.name + '!');
});
${/^```ts\n(const handler = [^]+?)^```$/m.exec(guide)?.[1] ?? ''}`;

/** The code of a recipe. */
export function recipe(name: string): string {
  const code = recipes.get(name);
  if (code === undefined) throw new Error(`docs/webhook-servers.md has no recipe "${name}".`);
  return code;
}
