// A process of its own for each contestant, so that nobody pays for another's garbage: told to, it measures one round.
import { bodyOf } from './bodies.ts';
import { contestants } from './contestants.ts';
import type { Assignment } from './assignment.ts';

// The parent passes what it has typed.
const { contestant, task, shape, bytes } = JSON.parse(process.argv[2] ?? '') as Assignment;
const perform = (await contestants(bodyOf(shape, bytes)))[contestant]?.[task];
if (!perform) throw new Error(`There is no ${contestant}.`);

/** Microseconds of CPU time a webhook, all threads taken together, one webhook after the other. */
async function cost(webhooks: number): Promise<number> {
  const start = process.cpuUsage();
  for (let count = 0; count < webhooks; count++) await perform?.();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / webhooks;
}

await cost(500);
/** As many as take about 20 milliseconds. */
const webhooks = Math.max(10, Math.round(20_000 / (await cost(200))));

process.on('message', () => {
  void cost(webhooks).then((microseconds) => process.send?.(microseconds));
});
process.send?.('ready');
