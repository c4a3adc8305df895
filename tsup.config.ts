import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { bundledLicenses } from './build/bundled-licenses.ts';
import { writeCommonjs } from './build/commonjs.ts';
import { keepNotices } from './build/notices.ts';
import { sbom } from './build/sbom.ts';
import manifest from './package.json' with { type: 'json' };
import tsconfig from './tsconfig.json' with { type: 'json' };

// Not by tsup's `clean`: its builds run in parallel, and one would delete what another has written.
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');

const libraryPackages = ['ky', 'zod', 'eventemitter3'];
const bundledPackages = [...libraryPackages, '@standard-schema/spec']; // The last in the declarations.
writeFileSync('dist/LICENSES.txt', bundledLicenses(bundledPackages));
writeFileSync('dist/sbom.cdx.json', sbom(bundledPackages));

const shared: Options = {
  target: 'es2023',
  platform: 'neutral',
  silent: process.env['npm_config_loglevel'] === 'silent',
  splitting: true,
  // Bundled whole, so that nothing else is installed and Jest can `require` the package.
  noExternal: libraryPackages,
  // The user's own, because it is one per process.
  external: ['@opentelemetry/api'],
  sourcemap: true,
  esbuildPlugins: [keepNotices],
  esbuildOptions: (options) => {
    options.chunkNames = 'chunks/[name]-[hash]';
    options.legalComments = 'inline'; // They go where the code goes, also in a user's own bundle.
    options.sourcesContent = false; // The package contains `src`.
    // Its own ES module: `exports` only leads to CommonJS, which takes a wrapper.
    options.alias = { eventemitter3: './node_modules/eventemitter3/dist/eventemitter3.esm.js' };
  },
  // There is a package named `sqlite`. Node's own module is only available as `node:sqlite`.
  removeNodeProtocol: false,
};

const { name: packageName } = manifest;
const entries = Object.fromEntries(
  Object.entries(tsconfig.compilerOptions.paths)
    .filter(([name]) => new RegExp(`^${packageName}(/|$)`).test(name))
    .map(([name, [path = '']]) => [`${name}/index`.slice(packageName.length + 1), path]),
);

// They separate the code that needs eventemitter3 or zod from the code that doesn't, because bundlers can't drop half
// of a file that contains them: a page that only catches errors must not get them. Nothing imports them.
const separators = {
  client: 'src/client.ts',
  errors: 'src/errors/index.ts',
};

for (const name of Object.keys(entries)) {
  mkdirSync(`dist/${dirname(name)}`, { recursive: true });
  writeFileSync(`dist/${name}.d.ts`, "export * from './index.cjs';\n");
}

export default defineConfig([
  {
    ...shared,
    format: 'esm',
    entry: {
      ...entries,
      ...separators,
    },
    onSuccess: async () => {
      for (const name of Object.keys(separators)) for (const end of ['.js', '.js.map']) rmSync(`dist/${name}${end}`);
      // The sources of the bundled packages are not in the tarball.
      for (const path of globSync('dist/**/*.map'))
        writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/"[^"]*\/node_modules\/[^"]*"/g, 'null'));
      await writeCommonjs('dist', (name) => name === 'browser.min.js');
    },
  },
  {
    // The declarations of both formats. ES modules may import those of CommonJS, and TypeScript then knows that both
    // have the same classes. The other way round, it would have to load an ES module by `require`.
    ...shared,
    format: 'cjs',
    entry: entries,
    // The types of the specification go into ours, so that nothing else is installed.
    dts: { only: true, resolve: ['@standard-schema/spec'] },
  },
  {
    // For `<script type="module">` without a bundler: everything in one file.
    ...shared,
    platform: 'browser',
    format: 'esm',
    entry: { 'browser.min': 'src/index.ts' },
    minify: true,
    splitting: false,
    sourcemap: false,
    banner: { js: '/*! @example/sdk, MIT License. Licenses of the bundled packages: LICENSES.txt */' },
  },
]);
