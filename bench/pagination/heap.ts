// Reads a long list in a process of its own and sends what the heap holds, after a full collection, on the way.
import { readLong } from './clients.ts';

const [baseUrl = '', prefetch = '8', every = '100000'] = process.argv.slice(2);
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

// Whatever a first walk compiles and keeps for ever is there before measuring begins.
await readLong(baseUrl.replace(/\d+$/, '20000'), Number(prefetch), Infinity, () => undefined);
process.send?.([0, heap()]);
await readLong(baseUrl, Number(prefetch), Number(every), (items) => process.send?.([items, heap()]));
process.send?.(['end', heap()]);
process.disconnect();
