// Rehearses a release on this machine, and prints what it did: npm run release:dry
//
// In a copy of the repository: sets the version, checks it, builds and packs as the workflow does. Then it installs what is packed
// as users do, and publishes it to a registry that ends with this script.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type PackedManifest, provenanceProblems } from './release.ts';

const version = '1.0.0-rc.1';
const root = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'rehearsal-'));
const copy = join(work, 'repository');
const servers: ChildProcess[] = [];

interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Without what the npm that runs this script says to its scripts. */
const ownEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Runs a program, and returns all that it prints. Fails with that if the program fails. */
function run([program = '', ...args]: readonly string[], { cwd = copy, env = {} }: Options = {}): string {
  try {
    // Through a shell, in the order in which it is printed.
    const line = ['exec "$0" "$@" 2>&1'];
    return execFileSync('sh', ['-c', ...line, program, ...args], {
      cwd,
      env: { ...ownEnvironment, CI: 'true', ...env },
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`${[program, ...args].join(' ')} failed:\n${output}`, { cause: error });
  }
}

/** Does a step of the rehearsal, and prints what came of it. */
async function step(name: string, act: () => Promise<string> | string): Promise<void> {
  const begin = performance.now();
  const result = await act();
  console.log(`✓ ${name} (${Math.round((performance.now() - begin) / 1_000)} s)${result && `: ${result}`}`);
}

const folder = (name: string): string => {
  const path = join(work, name);
  mkdirSync(path, { recursive: true });
  return path;
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

/** Starts a server, and waits until it answers. */
async function start(url: string, program: string, args: readonly string[], cwd: string): Promise<void> {
  const server = spawn(program, args, { cwd, stdio: 'ignore' });
  servers.push(server);
  const isReady = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  while (!(await isReady())) {
    if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function expectNoWarning(output: string): void {
  const warnings = output.split('\n').filter((line) => /\bwarn(ing)?\b|deprecated/i.test(line));
  if (warnings.length > 0) throw new Error(`Warnings:\n${warnings.join('\n')}`);
}

/** Tools of the rehearsal, and where their versions are. */
type Versions = Readonly<Record<string, string>>;
const { dependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, 'test/tools/package.json'), 'utf8'),
) as Readonly<Record<'dependencies' | 'devDependencies', Versions>>;
const tools: Versions = { ...dependencies, ...devDependencies };
const atVersion = (name: string) => `${name}@${tools[name] ?? ''}`;
const toolFolder = folder('tools');
const tool = (name: string) => join(toolFolder, 'node_modules/.bin', name);

const program = /```js run\n(import .+?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
const ports = { sandbox: await freePort(), registry: await freePort() };
const sandboxUrl = `http://127.0.0.1:${ports.sandbox}/v1`;
const registry = `http://127.0.0.1:${ports.registry}/`;
const environment = { EXAMPLE_BASE_URL: sandboxUrl, EXAMPLE_API_TOKEN: 'rehearsal_token' };
let tarballs: string[] = [];

/** Runs the README's program in a project. */
function runProgram(cwd: string, command: readonly string[] = ['node']): string {
  writeFileSync(join(cwd, 'projects.mjs'), program);
  const lines = run([...command, 'projects.mjs'], { cwd, env: environment })
    .trim()
    .split('\n');
  if (lines.length < 20) throw new Error(`The README's program printed:\n${lines.join('\n')}`);
  return `${lines.length} projects`;
}

/** A project of a user. */
function project(name: string, settings: string, file = '.npmrc'): string {
  const path = folder(name);
  writeFileSync(join(path, 'package.json'), '{ "name": "rehearsal", "private": true }\n');
  writeFileSync(join(path, file), settings);
  return path;
}

try {
  await step('copies the repository', () => {
    const files = run(['git', 'ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
      .trim()
      .split('\n');
    for (const path of files) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path));
    }
    // What `npm ci` installs: the links between the two packages lead to the copy.
    for (const folder of ['.', 'sandbox']) run(['cp', '-a', join(root, folder, 'node_modules'), join(copy, folder)]);
    return `${files.length} files, and node_modules`;
  });
  await step(`npm version ${version}`, () => {
    run(['npm', 'version', version, '--no-git-tag-version']);
    return run(['node', '.github/scripts/release.ts', 'check', `v${version}`]);
  });
  await step('builds', () => {
    run(['npm', 'run', 'build']);
    return '';
  });
  await step('the public surface is the recorded one', () => {
    const output = run(['npx', 'vitest', 'run', '--project', 'system', 'test/build/api-report.system.test.ts'], {
      env: { NO_COLOR: '1' },
    });
    return /Tests +(.+)/.exec(output)?.[1] ?? '';
  });
  await step('packs', () => {
    tarballs = run(['node', 'build/pack.ts', folder('tarballs')])
      .trim()
      .split('\n');
    return readdirSync(folder('tarballs')).join(', ');
  });
  await step('provenance has what it needs', () => {
    const manifests = tarballs.map(
      (path) => JSON.parse(run(['tar', '-xOf', path, 'package/package.json'])) as PackedManifest,
    );
    const problems = provenanceProblems(manifests, readFileSync(join(copy, '.github/workflows/release.yml'), 'utf8'));
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return '';
  });
  await step('installs tools', () => {
    const names = ['publint', '@arethetypeswrong/cli', 'pnpm', '@yarnpkg/cli-dist'].map(atVersion);
    run(['npm', 'install', '--no-fund', '--no-audit', 'verdaccio@6.10.4', ...names], { cwd: toolFolder });
    return names.join(', ');
  });
  await step('publint and attw have no findings', () => {
    for (const path of tarballs) {
      run([tool('publint'), 'run', path, '--strict'], { cwd: toolFolder });
      run([tool('attw'), path, '--no-definitely-typed', '--format', 'ascii'], { cwd: toolFolder });
    }
    return '';
  });
  const installed = project('installed', '');
  await step('installs the tarballs in an empty folder, without a warning', () => {
    const output = run(['npm', 'install', ...tarballs], { cwd: installed });
    expectNoWarning(output);
    return output.trim().split('\n')[0] ?? '';
  });
  await step("runs the README's program against the packed sandbox", async () => {
    const command = join(installed, 'node_modules/.bin/example-sandbox');
    await start(
      sandboxUrl,
      command,
      ['--port', String(ports.sandbox), '--token', environment.EXAMPLE_API_TOKEN],
      installed,
    );
    return runProgram(installed);
  });
  const settings = `registry=${registry}\n//127.0.0.1:${ports.registry}/:_authToken=`;
  await step(`publishes as ${version} with the tag next`, async () => {
    const config = join(folder('registry'), 'config.yaml');
    // Without an uplink: the packages install no others.
    writeFileSync(
      config,
      `storage: ./storage\nauth: { htpasswd: { file: ./htpasswd } }\nuplinks: {}\npackages: { '@example/*': { access: $all, publish: $authenticated } }\nlog: { type: stdout, level: error }\n`,
    );
    await start(registry, tool('verdaccio'), ['--config', config, '--listen', registry], folder('registry'));
    const user = { name: 'rehearsal', password: crypto.randomUUID() };
    const response = await fetch(`${registry}-/user/org.couchdb.user:rehearsal`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(user),
    });
    const { token } = (await response.json()) as { token: string };
    const publisher = project('publisher', settings + token);
    for (const path of tarballs)
      expectNoWarning(run(['npm', 'publish', path, '--ignore-scripts', '--tag', 'next'], { cwd: publisher }));
    return run(['npm', 'dist-tag', 'ls', '@example/sdk'], { cwd: publisher }).trim().replaceAll('\n', ', ');
  });
  const packages = ['@example/sdk@next', '@example/sandbox@next'];
  const source = `registry=${registry}\n`;
  // Yarn doesn't install what was just published unless it is told to.
  for (const [name, command, file, content, node] of [
    ['npm', ['npm', 'install'], '.npmrc', source, ['node']],
    ['pnpm', [tool('pnpm'), 'add'], '.npmrc', source, ['node']],
    [
      'yarn',
      [tool('yarn'), 'add'],
      '.yarnrc.yml',
      `npmRegistryServer: ${registry}\nunsafeHttpWhitelist: ['127.0.0.1']\nnpmMinimalAgeGate: 0\n`,
      [tool('yarn'), 'node'],
    ],
  ] as const) {
    await step(`${name} installs @example/sdk@next, without a warning, and runs the README's program`, () => {
      const cwd = project(name, content, file);
      const output = run([...command, ...packages], { cwd });
      expectNoWarning(output);
      const versionOf = run([...node, '-p', 'require("@example/sdk").VERSION'], { cwd }).trim();
      return `${versionOf}, ${runProgram(cwd, node)}`;
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const server of servers) server.kill();
  rmSync(work, { recursive: true, force: true });
}
