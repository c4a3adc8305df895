/**
 * How much CPU time it takes to load a package with `import` and with `require`. Each load runs in a new process, and
 * the packages take turns. `npm run bench:startup -- [--save]`
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { dist } from './shared/sdk.ts';
import { ranked } from './shared/statistics.ts';
import { print, startupTables, type StartupRow } from './shared/figure-tables.ts';

installPeers();
const require = createRequire(import.meta.url);

const peers = ['ky', 'openai', '@anthropic-ai/sdk', 'stripe'];
const loaders = {
  import: {
    script: (file: string) => measuring(`await import(${JSON.stringify(file)})`),
    packages: [
      ['@example/sdk', dist('index.js').href],
      ['@example/sdk/webhooks', dist('webhooks/index.js').href],
      ...peers.map((name) => [name, import.meta.resolve(name)] as const),
    ],
  },
  require: {
    // The script creates `require` before it measures, because a CommonJS program has it for free.
    script: (file: string) => measuring(`require(${JSON.stringify(file)})`),
    packages: [
      ['@example/sdk', fileURLToPath(dist('index.cjs'))],
      ['@example/sdk/webhooks', fileURLToPath(dist('webhooks/index.cjs'))],
      ...peers.map((name) => [name, require.resolve(name)] as const),
    ],
  },
} as const;

function measuring(load: string): string {
  return `
    import { createRequire } from 'node:module';
    const require = createRequire(process.cwd() + '/');
    const before = process.cpuUsage();
    ${load};
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `;
}

const rounds = 30;
const results: StartupRow[] = [];
for (const [kind, { script, packages }] of Object.entries(loaders)) {
  const costs = new Map<string, number[]>(packages.map(([name]) => [name, []]));
  // The first round only warms the file system's cache.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, file] of packages) {
      const cost = await costOf(script(file));
      if (round > 0) costs.get(name)?.push(cost);
    }
  }
  const loads = ranked(costs, 'ky').map((row) => ({ kind, ...row }));
  print(startupTables(loads));
  results.push(...loads);
}
saveResults('startup', results);

async function costOf(script: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return Number(stdout);
}
