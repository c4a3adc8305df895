// Rehearses a release on this machine, and prints what it did: npm run release:dry
//
// In a copy of the repository: sets the version, checks it, builds and packs as the workflow does. Then it publishes to
// a registry that ends with this script, and installs from there as users do. test/package tries the tarballs
// themselves.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ready, start } from '../../test/support/child-process.ts';
import { freePort } from '../../test/support/free-port.ts';
import { toolVersions } from '../../test/support/tools.ts';
import { type PackedManifest, provenanceProblems } from './release.ts';

const version = '1.0.0-rc.1';
const root = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'rehearsal-'));

const folder = (name: string): string => {
  const path = join(work, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const [copy, toolFolder, tarballFolder] = [folder('repository'), folder('tools'), folder('tarballs')];
const tool = (name: string) => join(toolFolder, 'node_modules/.bin', name);

/** Without what the npm that runs this script says to its scripts. */
const ownEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Runs a program, and returns all that it prints. Fails with that if the program fails. */
function run([program = '', ...args]: readonly string[], cwd = copy, env: NodeJS.ProcessEnv = {}): string {
  try {
    // Through a shell, in the order in which it is printed.
    return execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...args], {
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

/** Does the same, and fails if there is a warning. */
function runWithoutWarning(command: readonly string[], cwd: string): void {
  const warnings = run(command, cwd)
    .split('\n')
    .filter((line) => /\bwarn(ing)?\b|deprecated/i.test(line));
  if (warnings.length > 0) throw new Error(`Warnings:\n${warnings.join('\n')}`);
}

/** Does a step of the rehearsal, and prints what came of it. */
async function step(name: string, act: () => unknown): Promise<void> {
  const begin = performance.now();
  const result = await act();
  const seconds = Math.round((performance.now() - begin) / 1_000);
  console.log(
    `✓ ${name} (${seconds} s)${typeof result === 'string' ? `: ${result.trim().replaceAll('\n', ', ')}` : ''}`,
  );
}

/** Starts a server that ends with this script, and waits until it answers. */
async function serve(url: string, program: string, args: readonly string[], cwd: string): Promise<void> {
  await ready(start(program, args, { cwd, stdio: 'ignore' }), () => fetch(url));
}

const sandboxPort = await freePort();
const sandboxUrl = `http://127.0.0.1:${sandboxPort}/v1`;
const environment = { EXAMPLE_BASE_URL: sandboxUrl, EXAMPLE_API_TOKEN: 'rehearsal_token' };
const registryHost = `127.0.0.1:${await freePort()}/`;
const registry = `http://${registryHost}`;
const program = /```js run\n(import .+?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';

/** A project of a user. */
function project(name: string, file: string, settings: string): string {
  const path = folder(name);
  writeFileSync(join(path, 'package.json'), '{ "name": "rehearsal", "private": true }\n');
  writeFileSync(join(path, file), settings);
  return path;
}

let tarballs: string[] = [];
try {
  await step('copies the repository', () => {
    const files = run(['git', 'ls-files', '--cached', '--others', '--exclude-standard'], root).trim().split('\n');
    for (const path of files) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path));
    }
    // What `npm ci` installs: the links between the two packages lead to the copy.
    for (const path of ['.', 'sandbox']) run(['cp', '-a', join(root, path, 'node_modules'), join(copy, path)]);
  });
  await step(`npm version ${version}`, () => {
    run(['npm', 'version', version, '--no-git-tag-version']);
    run(['node', '.github/scripts/release.ts', 'check', `v${version}`]);
  });
  await step('builds', () => void run(['npm', 'run', 'build']));
  await step('packs, with what provenance needs', () => {
    const printed = run(['node', 'build/pack.ts', tarballFolder]);
    tarballs = printed.trim().split('\n');
    const manifests = tarballs.map(
      (path) => JSON.parse(run(['tar', '-xOf', path, 'package/package.json'])) as PackedManifest,
    );
    const problems = provenanceProblems(manifests, readFileSync(join(copy, '.github/workflows/release.yml'), 'utf8'));
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });
  await step('installs tools', () => {
    const names = ['pnpm', '@yarnpkg/cli-dist'].map((name) => `${name}@${toolVersions[name]}`);
    run(['npm', 'install', '--no-fund', '--no-audit', 'verdaccio@6.10.4', ...names], toolFolder);
  });
  await step(`publishes as ${version} with the tag next`, async () => {
    const config = join(folder('registry'), 'config.yaml');
    // Without an uplink: the packages install no others.
    writeFileSync(
      config,
      `storage: ./storage\nauth: { htpasswd: { file: ./htpasswd } }\nuplinks: {}\npackages: { '@example/*': { access: $all, publish: $authenticated } }\nlog: { type: stdout, level: error }\n`,
    );
    await serve(registry, tool('verdaccio'), ['--config', config, '--listen', registry], folder('registry'));
    const response = await fetch(`${registry}-/user/org.couchdb.user:rehearsal`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'rehearsal', password: crypto.randomUUID() }),
    });
    const { token } = (await response.json()) as { token: string };
    const publisher = project('publisher', '.npmrc', `registry=${registry}\n//${registryHost}:_authToken=${token}`);
    for (const path of tarballs)
      runWithoutWarning(['npm', 'publish', path, '--ignore-scripts', '--tag', 'next'], publisher);
    return run(['npm', 'dist-tag', 'ls', '@example/sdk'], publisher);
  });
  const npmrc = `registry=${registry}\n`;
  // Yarn doesn't install what was just published unless it is told to.
  const yarnrc = `npmRegistryServer: ${registry}\nunsafeHttpWhitelist: ['127.0.0.1']\nnpmMinimalAgeGate: 0\n`;
  for (const [name, command, file, settings, node] of [
    ['npm', ['npm', 'install'], '.npmrc', npmrc, ['node']],
    ['pnpm', [tool('pnpm'), 'add'], '.npmrc', npmrc, ['node']],
    ['yarn', [tool('yarn'), 'add'], '.yarnrc.yml', yarnrc, [tool('yarn'), 'node']],
  ] as const) {
    await step(`${name} installs the packages without a warning, and runs the README's program`, async () => {
      const cwd = project(name, file, settings);
      runWithoutWarning([...command, '@example/sdk@next', '@example/sandbox@next'], cwd);
      if (name === 'npm') {
        const args = ['--port', String(sandboxPort), '--token', environment.EXAMPLE_API_TOKEN];
        await serve(sandboxUrl, join(cwd, 'node_modules/.bin/example-sandbox'), args, cwd);
      }
      writeFileSync(join(cwd, 'projects.mjs'), program);
      const printed = run([...node, 'projects.mjs'], cwd, environment);
      if (printed.trim().split('\n').length < 20) throw new Error(`The README's program printed:\n${printed}`);
      return run([...node, '-p', 'require("@example/sdk").VERSION'], cwd);
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit();
