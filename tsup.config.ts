import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

// Here and not by tsup, whose builds run side by side: one would clean away what another has written.
rmSync('dist', { recursive: true, force: true });

// Each of them wants its licence to go where its code goes.
const libraryPackages = ['ky', 'zod', 'eventemitter3'];
const sandboxPackages = ['hono', '@hono/node-server'];
mkdirSync('dist');
writeFileSync(
  'dist/LICENSES.txt',
  `Bundled with this package:\n\n${[...libraryPackages, ...sandboxPackages].map(licenseOf).join('\n')}`,
);

function licenseOf(name: string): string {
  const directory = `node_modules/${name}`;
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence.`);
  const { version } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as { version: string };
  return `## ${name} ${version}\n\n${readFileSync(`${directory}/${file}`, 'utf8').trim()}\n`;
}

const shared: Options = {
  target: 'es2023',
  platform: 'neutral',
  dts: true,
  treeshake: true,
  esbuildOptions: (options) => {
    options.chunkNames = 'chunks/[name]-[hash]';
    options.legalComments = 'none'; // They are in LICENSES.txt.
  },
  // `sqlite` is a package of that name; Node's own is there as `node:sqlite` alone.
  removeNodeProtocol: false,
};

const sandbox: Options = {
  ...shared,
  platform: 'node',
  noExternal: sandboxPackages,
  // Nobody reads hono in here, and the package is to stay below 1 MB.
  minify: true,
  dts: { entry: { 'sandbox/index': 'src/sandbox/index.ts' } },
};

const library: Options = {
  ...shared,
  // Bundled whole, so that nothing else is installed and Jest can `require` the package.
  noExternal: libraryPackages,
};

const entries = {
  index: 'src/index.ts',
  'webhooks/index': 'src/webhooks/index.ts',
  'redis/index': 'src/redis/index.ts',
};

export default defineConfig([
  {
    ...library,
    format: 'esm',
    entry: {
      ...entries,
      // Not for import: they part what needs eventemitter3 from what doesn't, because bundlers can't drop half a file
      // that contains it, and who only catches an error or verifies a webhook should not get it.
      client: 'src/client.ts',
      errors: 'src/errors/index.ts',
      'webhooks/verify-webhook': 'src/webhooks/verify-webhook.ts',
      'webhooks/webhooks': 'src/webhooks/webhooks.ts',
    },
    dts: { entry: entries },
  },
  {
    ...library,
    format: 'cjs',
    entry: entries,
  },
  {
    // For `<script type="module">` without a bundler: everything in one file.
    ...library,
    platform: 'browser',
    format: 'esm',
    entry: { 'browser.min': 'src/index.ts' },
    minify: true,
    dts: false,
    banner: { js: '/*! @example/sdk, MIT License; of what is bundled: LICENSES.txt */' },
  },
  {
    // The sandbox brings hono along, so that who installs the SDK installs nothing for it. Its command line shares
    // all of its code, where it can.
    ...sandbox,
    format: 'esm',
    entry: { 'sandbox/index': 'src/sandbox/index.ts', 'sandbox/cli': 'src/sandbox/cli.ts' },
  },
  {
    ...sandbox,
    format: 'cjs',
    entry: { 'sandbox/index': 'src/sandbox/index.ts' },
  },
]);
