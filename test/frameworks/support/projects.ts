// Projects that serve a webhook as its recipe in docs/webhook-servers.md says, built by the framework's own tools.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runTool } from '../../package/support/run-tool.ts';
import { emptyFolder } from '../../support/tools.ts';
import { secret } from '../../webhooks/support/signed-request.ts';
import { preamble, recipe } from './recipes.ts';

/** The recipe, whose name ends with its path, the project's other files, what builds it, and the server that was built. */
export const projects = [
  {
    recipe: 'SvelteKit: src/routes/webhooks/+server.ts',
    files: {
      'vite.config.js': `import adapter from '@sveltejs/adapter-node';
        import { sveltekit } from '@sveltejs/kit/vite';
        export default { plugins: [sveltekit({ adapter: adapter() })] };`,
      'src/app.html': '<html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
    },
    program: '.bin/vite',
    server: 'build/index.js',
  },
  {
    recipe: 'Nuxt: server/routes/webhooks.post.ts',
    files: {
      'nuxt.config.ts': `export default defineNuxtConfig({ compatibilityDate: '2026-01-01', telemetry: false });`,
      'app.vue': '<template><p>Shop</p></template>',
    },
    program: '.bin/nuxt',
    server: '.output/server/index.mjs',
  },
];

/** Builds a project for production. Returns the path of its server. */
export async function build({ recipe: title, files, program, server }: (typeof projects)[number]): Promise<string> {
  const [name = '', route = ''] = title.split(': ');
  const folder = await emptyFolder(name.toLowerCase());
  const all = { ...files, 'package.json': '{ "type": "module" }', [route]: `${preamble}\n${recipe(title)}` };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const environment = { NODE_ENV: 'production', NUXT_TELEMETRY_DISABLED: '1', EXAMPLE_WEBHOOK_SECRET: secret } as const;
  await runTool([program, 'build'], environment, folder);
  return join(folder, server);
}
