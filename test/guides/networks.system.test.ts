import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../support/child-process.ts';
import { startHiddenApi, startProxy } from '../support/networks.ts';
import { codeBlocks, codeOf, placeOf, projectFolder, root } from './support/code-blocks.ts';
import { programOf } from './support/program.ts';

const resources = new AsyncDisposableStack();
let directory: string;
let api: Awaited<ReturnType<typeof startHiddenApi>>;
let proxy: Awaited<ReturnType<typeof startProxy>>;
/** The local API under an address that is not loopback, although it leads to this machine. */
let plainUrl: string;

beforeAll(async () => {
  directory = resources.use(await projectFolder()).path;
  api = resources.use(await startHiddenApi());
  proxy = resources.use(await startProxy(api.port));
  plainUrl = `http://0.0.0.0:${new URL((await api.sandbox.listen()).url).port}`;
});
afterAll(() => resources.disposeAsync());

/** Runs a command that starts app.ts, or a program that makes a client, which then reads the projects. */
async function printedBy(recipe: string, environment: NodeJS.ProcessEnv): Promise<string> {
  // What it names of a machine that is not this one.
  const code = recipe
    .replaceAll('http://proxy.example.com:3128', proxy.url)
    .replaceAll('/etc/ssl/company-ca.pem', api.authority)
    .replaceAll('/run/api.sock', api.socketPath)
    .replaceAll('http://sandbox:4010', plainUrl);
  const [command, program] = code.includes('node app.ts') ? [code, ''] : ['node app.ts', code];
  const reading = 'console.log((await client.projects.list()).meta.total_count);';
  await writeFile(join(directory, 'app.ts'), programOf(`${program}\n${reading}`));
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`;
  const env = { PATH, EXAMPLE_API_TOKEN: api.sandbox.apiToken, ...environment };
  const { stdout, stderr } = await run('sh', ['-c', command], { cwd: directory, env, timeout: 100_000 });
  expect(stderr).toBe('');
  return stdout;
}

const trusted = () => ({ NODE_EXTRA_CA_CERTS: api.authority });
const direct = () => ({ EXAMPLE_BASE_URL: `https://localhost:${api.port}/v1` });
const proxied = () => ({ ...trusted(), HTTPS_PROXY: proxy.url });

/** What the recipes of docs/networks.md run in. Next.js and Cloudflare have tests of their own. */
const environments: Readonly<Record<string, () => NodeJS.ProcessEnv>> = {
  'Proxies, certificates and other networks, 1': trusted,
  'With undici, 1': trusted,
  'Certificates of your own, 1': direct,
  'Certificates of your own, 2': direct,
  'Unix sockets, 1': () => ({}),
  'Plain http in your own network, 1': () => ({}),
};
it.each(codeBlocks.filter((block) => placeOf(block) === 'network'))('$name reaches the API', async ({ name, code }) => {
  const environment = environments[name.replace('docs/networks.md: ', '')] ?? expect.fail();
  proxy.targets.length = 0;

  expect(await printedBy(code, environment())).toBe('100\n');
  expect(proxy.targets).toEqual(environment === trusted ? ['api.example.com:443'] : []);
});

const fromEnvironment = codeOf('docs/networks.md: With undici, 1')
  .replace('ProxyAgent }', 'EnvHttpProxyAgent }')
  .replace(/ProxyAgent\('.+'\)/, 'EnvHttpProxyAgent()');

it('docs/networks.md names the messages that show what is missing: a certificate, a password of EnvHttpProxyAgent', async () => {
  await expect(printedBy('node app.ts', direct())).rejects.toThrow(
    'ConnectionError: The request failed: unable to verify the first certificate',
  );

  proxy.credentials = 'me:secret';
  await expect(printedBy(fromEnvironment, proxied())).rejects.toThrow(
    'ConnectionError: The request failed: Proxy response (407) !== 200 when HTTP Tunneling (GET /projects)',
  );
  const environment = { ...proxied(), HTTPS_PROXY: proxy.url.replace('//', '//me:secret@') };
  expect(await printedBy(fromEnvironment, environment)).toBe('100\n');
});
