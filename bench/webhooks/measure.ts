// Measures one round for each message. Each contestant has its own process, so that none pays for another's garbage.
import { bodyOf, type Shape } from './bodies.ts';
import { contestants } from './contestants.ts';

export interface Assignment {
  readonly name: string;
  readonly shape: Shape;
  readonly bytes: number;
}

// The parent passes an Assignment.
const { name, shape, bytes } = JSON.parse(process.argv[2] ?? '') as Assignment;
const perform = (await contestants(bodyOf(shape, bytes)))[name];
if (!perform) throw new Error(`There is no contestant ${name}.`);

/** Microseconds of CPU time per webhook, of all threads, for one webhook at a time. */
async function cost(webhooks: number): Promise<number> {
  const start = process.cpuUsage();
  for (let count = 0; count < webhooks; count++) {
    const result = perform?.();
    // As its user would: what is synchronous needs no await.
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / webhooks;
}

// Until the compiler has optimized everything: half a second, which is 200 000 of the shortest webhooks.
for (const end = process.cpuUsage().user + 500_000; process.cpuUsage().user < end;) await cost(100);

/** The number of webhooks that take about 20 milliseconds. */
const webhooks = Math.max(10, Math.round(20_000 / (await cost(200))));

process.on('message', () => {
  void cost(webhooks).then((microseconds) => process.send?.(microseconds));
});
process.send?.('ready');
