import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('a client works where globalThis can have no more properties', () => {
  const source = JSON.stringify(fileURLToPath(new URL('../../src/index.ts', import.meta.url)));
  const program = `
    import { Client } from ${source};
    Object.preventExtensions(globalThis);
    const client = new Client({ apiToken: 'sk', fetch: async () => Response.json({ id: 'team_1' }) });
    console.log((await client.request('GET', '/teams/1')).id);`;

  expect(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })).toBe('team_1\n');
});
