import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHiddenApi, startProxy, type HiddenApi, type Proxy } from '../support/networks.ts';
import { root } from './support/code-blocks.ts';
import { compile } from './support/compile.ts';
import { networkRecipe, networkRecipes } from './support/network-recipes.ts';
import { projectFolder } from './support/project-folder.ts';

const run = promisify(execFile);

const inTypeScript = [
  'With undici, 1',
  'With undici, 2',
  'Certificates of your own, 2',
  'Unix sockets, 1',
  'Plain http in your own network, 1',
];
const fileOf = (name: string) => join(directory, `${name.replace(', ', '-')}.ts`);
const projectsRead = '100\n';
const readProjects = '\nconsole.log((await client.projects.list()).meta.total_count);';

let directory: string;
let api: HiddenApi;
let proxy: Proxy;
/** The local API under an address that is not loopback, although it leads to this machine. */
let plainUrl: string;

beforeAll(async () => {
  directory = await projectFolder();
  api = await startHiddenApi();
  proxy = await startProxy(api.port);
  plainUrl = `http://0.0.0.0:${new URL((await api.sandbox.listen()).url).port}`;
  await writePrograms();
});
beforeEach(() => {
  proxy.targets.length = 0;
  proxy.credentials = undefined;
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** What a recipe names of a machine that is not this one. */
const onThisMachine = (recipe: string) =>
  recipe
    .replaceAll('http://proxy.example.com:3128', proxy.url)
    .replaceAll('/etc/ssl/company-ca.pem', api.authority)
    .replaceAll('/run/api.sock', api.socketPath)
    .replaceAll('http://sandbox:4010', plainUrl);

/** Runs a command in the directory. What it prints as it fails is in the error. */
async function shell(command: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`;
  const env = { PATH, EXAMPLE_API_TOKEN: api.sandbox.apiToken, ...environment };
  const { stdout, stderr } = await run('sh', ['-c', command], { cwd: directory, env, timeout: 30_000 });
  expect(stderr).toBe('');
  return stdout;
}

/** Compiles the recipes in TypeScript as users do, and writes each into a program that reads the projects. */
async function writePrograms(): Promise<void> {
  const recipes = new Map(
    Array.from(inTypeScript, (name) => [fileOf(name), onThisMachine(networkRecipe(name)) + readProjects]),
  );
  const { programs, errors } = compile(recipes);
  expect(Object.fromEntries(errors)).toEqual({});
  await Promise.all(Array.from(programs, ([path, code]) => writeFile(path, code)));
  await writeFile(
    join(directory, 'app.ts'),
    `import { Client } from '@example/sdk'; const client = new Client(); ${readProjects}`,
  );
}

const program = (recipe: string, environment: NodeJS.ProcessEnv) => shell(`node '${fileOf(recipe)}'`, environment);
const trusted = () => ({ NODE_EXTRA_CA_CERTS: api.authority });
const direct = () => ({ EXAMPLE_BASE_URL: `https://localhost:${api.port}/v1` });

describe('docs/networks.md', () => {
  it('leads through a proxy of the environment', async () => {
    const command = onThisMachine(networkRecipe('Proxies, certificates and other networks, 1'));

    expect(await shell(command, trusted())).toBe(projectsRead);
    expect(proxy.targets).toEqual(['api.example.com:443']);
  });

  it.each([
    ['With undici, 1', {}],
    ['With undici, 2', { HTTPS_PROXY: () => proxy.url }],
  ])('leads through a proxy with undici: %s', async (recipe, variables) => {
    const environment = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value()]));

    expect(await program(recipe, { ...trusted(), ...environment })).toBe(projectsRead);
    expect(proxy.targets).toEqual(['api.example.com:443']);
  });

  it('leads through a proxy that asks for a password, which is in its address', async () => {
    proxy.credentials = 'me:secret';
    const environment = { ...trusted(), HTTPS_PROXY: proxy.url };

    await expect(program('With undici, 2', environment)).rejects.toThrow(
      'ConnectionError: The request failed: Proxy response (407) !== 200 when HTTP Tunneling (GET /projects)',
    );
    environment.HTTPS_PROXY = proxy.url.replace('//', '//me:secret@');
    expect(await program('With undici, 2', environment)).toBe(projectsRead);
  });

  it('trusts a certificate in all of the process', async () => {
    const command = onThisMachine(networkRecipe('Certificates of your own, 1'));

    expect(await shell(command, direct())).toBe(projectsRead);
  });

  it('trusts a certificate for the SDK alone', async () => {
    expect(await program('Certificates of your own, 2', direct())).toBe(projectsRead);
  });

  it('connects to a Unix socket', async () => {
    expect(await program('Unix sockets, 1', {})).toBe(projectsRead);
  });

  it('sends the token over http to a host of your own', async () => {
    expect(await program('Plain http in your own network, 1', {})).toBe(projectsRead);
  });

  it('names the messages that show what is missing', async () => {
    await expect(shell('node app.ts', direct())).rejects.toThrow(
      'ConnectionError: The request failed: unable to verify the first certificate',
    );
  });

  it('has no other recipes but those of Next.js and Cloudflare', () => {
    const names = networkRecipes.map(({ name }) => name.replace('docs/networks.md: ', ''));
    expect(names).toEqual([
      'Proxies, certificates and other networks, 1', // also in test/package/runtimes, in each runtime
      'With undici, 1',
      'With undici, 2',
      'Certificates of your own, 1',
      'Certificates of your own, 2',
      'Unix sockets, 1',
      'Plain http in your own network, 1',
      'Next.js, 1', // test/frameworks/nextjs
      'Next.js, 2', // test/frameworks/nextjs
      'Cloudflare service bindings, 1', // test/package/workers
    ]);
  });
});
