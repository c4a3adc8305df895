import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../support/child-process.ts';
import { codeBlocks, placeOf, projectFolder, root } from './support/code-blocks.ts';
import { startNetwork } from './support/network.ts';
import { programOf } from './support/program.ts';

const resources = new AsyncDisposableStack();
let directory: string;
let network: Awaited<ReturnType<typeof startNetwork>>;
/** The local API under an address that is not loopback, although it leads to this machine. */
let plainUrl: string;

beforeAll(async () => {
  directory = resources.use(await projectFolder()).path;
  network = resources.use(await startNetwork());
  plainUrl = `http://0.0.0.0:${new URL((await network.sandbox.listen()).url).port}`;
});
afterAll(() => resources.disposeAsync());

const trusted = () => ({ NODE_EXTRA_CA_CERTS: network.authority });
const direct = () => ({ EXAMPLE_BASE_URL: `https://localhost:${network.port}/v1` });

/** What the recipes of docs/networks.md run in. Next.js and Cloudflare have tests of their own. */
const environments: Readonly<Record<string, () => NodeJS.ProcessEnv>> = {
  'Proxies, certificates and other networks, 1': trusted,
  'With undici, 1': trusted,
  'Certificates of your own, 1': direct,
  'Certificates of your own, 2': direct,
  'Unix sockets, 1': () => ({}),
  'Plain http in your own network, 1': () => ({}),
};
const recipes = codeBlocks
  .filter((block) => placeOf(block) === 'network')
  .map(({ name, code }) => ({ name, code, environment: environments[name.replace('docs/networks.md: ', '')]! }));
const unknown = 'ConnectionError: The request failed: unable to verify the first certificate';

it.each([
  ...recipes.map(({ name, code, environment }) => [name, code, environment, '100\n'] as const),
  ['docs/networks.md, without the certificate,', 'node app.ts', direct, unknown] as const,
])('%s reaches the API, or says what is missing', async (_, recipe, environment, expected) => {
  // What it names of a machine that is not this one.
  const code = recipe
    .replaceAll('http://proxy.example.com:3128', network.proxy)
    .replaceAll('/etc/ssl/company-ca.pem', network.authority)
    .replaceAll('/run/api.sock', network.socketPath)
    .replaceAll('http://sandbox:4010', plainUrl);
  // A command that starts app.ts, or a program that makes a client.
  const [command, program] = code.includes('node app.ts') ? [code, ''] : ['node app.ts', code];
  const reading = 'console.log((await client.projects.list()).meta.total_count);';
  await writeFile(join(directory, 'app.ts'), programOf(`${program}\n${reading}`));
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`;
  const env = { PATH, EXAMPLE_API_TOKEN: network.sandbox.apiToken, ...environment() };
  network.targets.length = 0;
  const { stdout, stderr } = await run('sh', ['-c', command], { cwd: directory, env, timeout: 100_000 }).catch(
    (error: unknown) => error as { stdout: string; stderr: string }, // As `execFile` rejects.
  );
  expect(stdout + stderr).toContain(expected);
  if (expected !== unknown) expect(stderr).toBe('');
  expect(network.targets).toEqual(environment === trusted ? ['api.example.com:443'] : []);
});
