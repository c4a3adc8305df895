import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOf } from '../guides/support/code-blocks.ts';
import { end, ready, run, startPrinting } from '../support/child-process.ts';
import { freePort, openServer } from '../support/free-port.ts';
import { json } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { secret } from '../webhooks/support/signed-request.ts';
import { expectToReceive, preamble, recipe } from './support/recipes.ts';

const root = join(import.meta.dirname, '../..');

/** A page that shows the ids of some projects, rendered for each request. */
const page = (imports: string, projects: string) => `
import { connection } from 'next/server';
${imports}
export default async () => (await connection(), <p>{(await ${projects}).map(({ id }) => id).join()}</p>);`;

const files = {
  'lib/api.ts': codeOf('docs/networks.md: Next.js, 1'),
  'lib/projects.ts': codeOf('docs/networks.md: Next.js, 2'),
  'app/responses/page.tsx': page(
    `import { cached } from '../../lib/api';`,
    'cached.projects.list().then(({ data }) => data)',
  ),
  'app/results/page.tsx': page(`import { activeProjects } from '../../lib/projects';`, 'activeProjects()'),
  'app/users/route.ts': `import { cached } from '../../lib/api';
const user = { name: 'Ada', email: 'ada@example.com', password: 'secure_password' };
export const POST = async () => Response.json((await cached.users.create(user)).id);`,
  'app/recipe/route.ts': `${preamble}\n${recipe('Next.js, App Router: app/webhooks/route.ts')}`,
  'app/edge/route.ts': `${preamble}\n${recipe('Next.js, App Router on the edge runtime')}`,
  'pages/api/recipe.ts': `${preamble}\n${recipe('Next.js, Pages Router: pages/api/webhooks.ts')}`,
  'app/layout.tsx': `export default ({ children }: { children: React.ReactNode }) => <html><body>{children}</body></html>;`,
};

const resources = new AsyncDisposableStack();
let output: () => string;
let url: string;
const requests: string[] = [];

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nextjs-'));
  resources.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  await cp(join(root, 'examples/webhooks/nextjs'), directory, { recursive: true });
  const manifest = await readFile(join(directory, 'package.json'), 'utf8');
  await writeFile(join(directory, 'package.json'), manifest.replace(/^.*"@example\/sdk".*\n/m, ''));
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: directory });
  const sdk = join(directory, 'node_modules/@example/sdk');
  for (const path of ['dist', 'package.json']) await cp(join(root, path), join(sdk, path), { recursive: true });
  for (const [path, code] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), code);
  }

  // Each response has its own id, and says that the limit is used up for two minutes.
  const api = await openServer(({ method, url = '' }, response) => {
    const id = requests.push(`${method} ${url}`);
    const headers = budget(100, 0, Math.ceil(Date.now() / 1000) + 120);
    const item = { id: `id_${id}`, name: '', description: '', email: '', created_at: '2024-01-01T00:00:00Z' };
    const meta = { current_page: 1, total_pages: 1, total_count: 1 };
    json(response, 200, method === 'POST' ? item : { data: [item], meta }, headers);
  });
  resources.defer(api.close);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const { PATH, HOME } = process.env;
  const own = { EXAMPLE_API_TOKEN: 'token', EXAMPLE_BASE_URL: `${api.url}/v1`, EXAMPLE_WEBHOOK_SECRET: secret };
  const env = { PATH, HOME, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1', ...own };
  const program = join(directory, 'node_modules/next/dist/bin/next');
  // This also checks the types of the recipes.
  await run(process.execPath, [program, 'build'], { cwd: directory, env });
  const args = [program, 'start', '-H', '127.0.0.1', '-p', String(port)];
  const next = startPrinting(process.execPath, args, { cwd: directory, env });
  resources.adopt(next.child, end);
  ({ output } = next);
  await ready(next.child, () => fetch(url), output);
}, 600_000);
afterAll(() => resources.disposeAsync(), 60_000);

const idIn = async (path: string) => /id_\d+/.exec(await (await fetch(url + path)).text())?.[0];

// If the client paced calls, the second one would wait for two minutes, and the test would fail.
it.each([
  ['a response', '/responses', 'GET /v1/projects'],
  ['what was made of it', '/results', 'GET /v1/projects?status=active'],
])('Next.js keeps %s, and the client does not wait for a window of the past', async (_, path, request) => {
  const id = await idIn(path);

  expect(id).toMatch(/^id_/);
  expect(await idIn(path)).toBe(id);
  expect(requests.filter((sent) => sent === request)).toHaveLength(1);
});

it('sends each POST', async () => {
  const create = async () => (await fetch(`${url}/users`, { method: 'POST' })).text();

  expect(await create()).not.toBe(await create());
  expect(requests.filter((sent) => sent === 'POST /v1/users')).toHaveLength(2);
});

it.each([
  ['the example for the App Router', '/webhooks'],
  ['the example for the Pages Router', '/api/webhooks'],
  ['the recipe for the App Router', '/recipe'],
  ['the recipe for the edge runtime', '/edge'],
  ['the recipe for the Pages Router', '/api/recipe'],
])('%s accepts a signed webhook and rejects a changed one', (_, route) => expectToReceive(url + route, output));
