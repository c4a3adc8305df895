import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { bundledLicenses } from '../build/bundled-licenses.ts';
import { bundledText } from '../build/bundled-text.ts';
import { sbom } from '../build/sbom.ts';

// Here and not by tsup, whose builds run side by side: one would clean away what another has written.
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');

const bundled = ['@hono/node-server', 'commander', 'hono', 'idiomorph', 'zod'];
const modules = ['sandbox/node_modules', 'node_modules'];
writeFileSync('dist/LICENSES.txt', bundledLicenses(bundled, modules));
writeFileSync('dist/sbom.cdx.json', sbom(bundled, 'sandbox', modules));

const shared: Options = {
  target: 'es2023',
  platform: 'node',
  silent: process.env['npm_config_loglevel'] === 'silent',
  noExternal: bundled,
  esbuildPlugins: [bundledText],
  treeshake: true,
  // Not minified: for an error that nobody catches, Node.js prints the whole line.
  dts: { entry: { index: 'src/index.ts' } },
  esbuildOptions: (options) => {
    options.chunkNames = 'chunks/[name]-[hash]';
    options.legalComments = 'none'; // They are in LICENSES.txt.
  },
  // `sqlite` is a package of that name; Node's own is there as `node:sqlite` alone.
  removeNodeProtocol: false,
};

/** tsup's own splitting of CommonJS initialises fields of classes in a wrong order. */
const coreOnce: Plugin = {
  name: 'core-once',
  setup: (build) => {
    build.onResolve({ filter: /^\.\/core\.ts$/ }, () => ({ path: './core.cjs', external: true }));
  },
};

const entries = { index: 'src/index.ts', browser: 'src/browser.ts' };

export default defineConfig([
  // The command line shares its code with the rest.
  { ...shared, format: 'esm', entry: { ...entries, cli: 'src/cli/main.ts' } },
  { ...shared, format: 'cjs', entry: { ...entries, core: 'src/core.ts' }, esbuildPlugins: [bundledText, coreOnce] },
]);
