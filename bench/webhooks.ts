/**
 * How much CPU time it takes to verify and parse a webhook, for all libraries side by side; and how long it takes to handle one
 * with a SQLite store that remembers many. `npm run bench:webhooks -- [--save] [--store-only]`
 */
import { fileURLToPath } from 'node:url';
import { print, webhooksTables, type WebhooksRow } from './shared/figure-tables.ts';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { ranked } from './shared/statistics.ts';
import { takeTurns } from './shared/turns.ts';
import type { Shape } from './webhooks/bodies.ts';
import type { Assignment } from './webhooks/measure.ts';
import { measureRemembered } from './webhooks/remembered.ts';

const baseline = 'standardwebhooks';
const names = [
  '@example/sdk, verifyWebhookSync',
  '@example/sdk, verifyWebhook',
  baseline,
  'svix',
  'stripe',
  '@octokit/webhooks-methods',
  'node:crypto, by hand',
];
const cases: readonly [bytes: number, Shape][] = [
  [300, 'one long text'],
  [16_384, 'one long text'],
  [262_144, 'one long text'],
  // JSON.parse takes equally long for all. With a body like this, it takes most of the time.
  [16_384, 'many small records'],
  [262_144, 'many small records'],
];

for (const { events, duration, ratio } of await measureRemembered()) {
  console.log(`${events.toLocaleString('en')} events remembered: ${duration.toFixed(3)} ms, × ${ratio.toFixed(2)}`);
}
if (process.argv.includes('--store-only')) process.exit();

installPeers();

const program = fileURLToPath(new URL('webhooks/measure.ts', import.meta.url));
const results: WebhooksRow[] = [];
for (const [bytes, shape] of cases) {
  const assignments = names.map((name): Assignment => ({ name, shape, bytes }));
  const costs = await takeTurns(program, assignments, 30, 1);
  // How many times as fast as the baseline, the fastest first.
  const rows = ranked(costs, baseline, (cost, reference) => reference / cost).toReversed();
  const saved = rows.map((row) => ({ bytes, shape, ...row }));
  print(webhooksTables(saved, baseline));
  results.push(...saved);
}
saveResults('webhooks', results);
