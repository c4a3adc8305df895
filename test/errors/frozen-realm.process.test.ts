import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Runs a program that has a `Client`, and returns what it printed as JSON. */
function run(program: string, ...flags: string[]): unknown {
  const source = JSON.stringify(fileURLToPath(new URL('../../src/index.ts', import.meta.url)));
  const text = `import { Client, ExampleError } from ${source};\n${program}`;
  const args = [...flags, '--no-warnings', '--input-type=module', '-e', text];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

it('a client works where globalThis can have no more properties', () => {
  const user = run(`
    Object.preventExtensions(globalThis);
    const client = new Client({ apiToken: 'sk', fetch: async () => Response.json({ id: 'team_1' }) });
    console.log(JSON.stringify(await client.request('GET', '/teams/1')));`);

  expect(user).toEqual({ id: 'team_1' });
});

it('calls fail with their own errors where the prototypes of errors are frozen', () => {
  const failures = run(
    `
    const answers = {
      NotFoundError: async () => Response.json({ error: { code: 'not_found', message: 'No.' } }, { status: 404 }),
      RateLimitError: async () => Response.json({}, { status: 429 }),
      ResponseValidationError: async () => new Response('{'),
      ResponseTooLargeError: async () => new Response(' '.repeat(100)),
      ConnectionError: async () => { throw new TypeError('fetch failed', { cause: new Error('no way for secret') }) },
      TimeoutError: () => new Promise(() => undefined),
    };
    const failures = {};
    for (const [name, fetch] of Object.entries(answers)) {
      const timeout = name === 'TimeoutError' ? 20 : 30_000;
      const options = { apiToken: 'secret', timeout, maxRetries: 0, rateLimit: false, maxResponseSize: 50, fetch };
      const client = new Client(options);
      const error = await client.users.get('user_123').catch((error) => error);
      const atEnd = await client.projects.list().toArray().catch((error) => error);
      failures[name] = [error instanceof ExampleError, error.name, error.stack.includes('[eval'), typeof atEnd.cursor];
    }
    console.log(JSON.stringify(failures));`,
    '--frozen-intrinsics',
  );

  const names = Object.keys(failures as object);
  expect(names).toHaveLength(6);
  expect(failures).toEqual(Object.fromEntries(names.map((name) => [name, [true, name, true, 'string']])));
});
