import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { bundledLicenses } from './build/bundled-licenses.ts';

// Here and not by tsup, whose builds run side by side: one would clean away what another has written.
rmSync('dist', { recursive: true, force: true });

mkdirSync('dist');

const libraryPackages = ['ky', 'zod', 'eventemitter3'];
writeFileSync('dist/LICENSES.txt', bundledLicenses(libraryPackages));

const shared: Options = {
  target: 'es2023',
  platform: 'neutral',
  silent: process.env['npm_config_loglevel'] === 'silent',
  dts: true,
  treeshake: true,
  esbuildOptions: (options) => {
    options.chunkNames = 'chunks/[name]-[hash]';
    options.legalComments = 'none'; // They are in LICENSES.txt.
  },
  // `sqlite` is a package of that name; Node's own is there as `node:sqlite` alone.
  removeNodeProtocol: false,
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
]);
