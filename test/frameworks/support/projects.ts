// Projects that serve a webhook as its recipe in docs/webhook-servers.md says, built by the framework's own tools.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { secret } from '../../webhooks/support/signed-request.ts';
import { emptyFolder, framework } from './frameworks.ts';
import { preamble, recipe } from './recipes.ts';

/** What the bundlers of the frameworks take for the SDK. */
const sdk = JSON.stringify({
  '@example/sdk/webhooks': fileURLToPath(new URL('../../../src/webhooks/index.ts', import.meta.url)),
});

export interface Project {
  readonly name: string;
  readonly recipe: string;
  readonly files: Readonly<Record<string, string>>;
  /** The program that builds it, with its arguments. */
  readonly build: readonly [program: string, ...args: string[]];
  /** The server that was built. */
  readonly server: string;
}

export const projects: readonly Project[] = [
  {
    name: 'SvelteKit',
    recipe: 'SvelteKit: src/routes/webhooks/+server.ts',
    files: {
      'package.json': '{ "type": "module" }',
      'vite.config.js': `import adapter from '@sveltejs/adapter-node';
        import { sveltekit } from '@sveltejs/kit/vite';
        export default { plugins: [sveltekit({ adapter: adapter() })], resolve: { alias: ${sdk} } };`,
      'src/app.html': '<html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
      'src/routes/webhooks/+server.ts': `${preamble}\n${recipe('SvelteKit: src/routes/webhooks/+server.ts')}`,
    },
    build: ['vite/bin/vite.js', 'build'],
    server: 'build/index.js',
  },
  {
    name: 'Nuxt',
    recipe: 'Nuxt: server/routes/webhooks.post.ts',
    files: {
      'package.json': '{ "type": "module" }',
      'nuxt.config.ts': `export default defineNuxtConfig({ compatibilityDate: '2026-01-01', telemetry: false, alias: ${sdk} });`,
      'app.vue': '<template><p>Shop</p></template>',
      'server/routes/webhooks.post.ts': `${preamble}\n${recipe('Nuxt: server/routes/webhooks.post.ts')}`,
    },
    build: ['nuxt/bin/nuxt.mjs', 'build'],
    server: '.output/server/index.mjs',
  },
];

/** Builds a project for production. Returns the path of its server. */
export async function build({ name, files, build: [program, ...args], server }: Project): Promise<string> {
  const folder = await emptyFolder(name.toLowerCase());
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await promisify(execFile)(process.execPath, [framework(program), ...args], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', NUXT_TELEMETRY_DISABLED: '1', EXAMPLE_WEBHOOK_SECRET: secret },
  });
  return join(folder, server);
}
