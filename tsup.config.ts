import { defineConfig, type Options } from 'tsup';

const shared: Options = {
  target: 'es2023',
  platform: 'neutral',
  format: ['esm', 'cjs'],
  dts: true,
  treeshake: true,
};

export default defineConfig([
  {
    ...shared,
    clean: true,
    entry: {
      index: 'src/index.ts',
      'webhooks/index': 'src/webhooks/index.ts',
      'redis/index': 'src/redis/index.ts',
    },
  },
  {
    // The sandbox brings hono along, so that who installs the SDK installs nothing for it.
    ...shared,
    platform: 'node',
    noExternal: ['hono', '@hono/node-server'],
    entry: { 'sandbox/index': 'src/sandbox/index.ts' },
  },
  {
    ...shared,
    platform: 'node',
    format: 'esm',
    dts: false,
    noExternal: ['hono', '@hono/node-server'],
    entry: { 'sandbox/cli': 'src/sandbox/cli.ts' },
  },
]);
