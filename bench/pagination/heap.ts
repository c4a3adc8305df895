// Reads a long list in a separate process and reports the size of the heap, after a full garbage collection, on the
// way.
import { readLong } from './clients.ts';

const [baseUrl = '', prefetch = '8', every = '100000'] = process.argv.slice(2);
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

// Warm-up: what the first iteration compiles and keeps is not counted.
await readLong(baseUrl.replace(/\d+$/, '20000'), Number(prefetch), Infinity, () => undefined);
process.send?.([0, heap()]);
await readLong(baseUrl, Number(prefetch), Number(every), (items) => process.send?.([items, heap()]));
process.send?.(['end', heap()]);
process.disconnect();
