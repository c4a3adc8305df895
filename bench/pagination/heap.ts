// Reads a long list in a separate process and reports the size of the heap, after a full garbage collection, on the
// way.
import { readLong } from './clients.ts';

const [server = '', items = '1000000', prefetch = '8', every = '100000'] = process.argv.slice(2);
const list = (length: string): string => `${server}/0/${length}/0/heap`;
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

// Warm-up: what the first iteration compiles and keeps is not counted.
await readLong(list('20000'), Number(prefetch), Infinity, () => undefined);
process.send?.([0, heap()]);
await readLong(list(items), Number(prefetch), Number(every), (count) => process.send?.([count, heap()]));
process.send?.(['end', heap()]);
process.disconnect();
