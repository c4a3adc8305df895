import { rmSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

// Here and not by tsup, whose builds run side by side: one would clean away what another has written.
rmSync('dist', { recursive: true, force: true });

const shared: Options = {
  target: 'es2023',
  platform: 'neutral',
  format: ['esm', 'cjs'],
  dts: true,
  treeshake: true,
  // `sqlite` is a package of that name; Node's own is there as `node:sqlite` alone.
  removeNodeProtocol: false,
};

const sandbox: Options = {
  ...shared,
  platform: 'node',
  noExternal: ['hono', '@hono/node-server'],
  // Nobody reads hono in here, and the package is to stay below 1 MB.
  minify: true,
  dts: { entry: { 'sandbox/index': 'src/sandbox/index.ts' } },
};

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      'webhooks/index': 'src/webhooks/index.ts',
      // Not for import: they split what verifies from what dispatches. Bundlers can't drop half a file that imports
      // eventemitter3, and who only verifies should not get it.
      'webhooks/verify-webhook': 'src/webhooks/verify-webhook.ts',
      'webhooks/webhooks': 'src/webhooks/webhooks.ts',
      'redis/index': 'src/redis/index.ts',
    },
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
