// Reads a long list in a separate process, and reports by how many bytes the heap has grown, after full garbage collections.
import { readLong } from './clients.ts';

const [server = '', items = '', prefetch = ''] = process.argv.slice(2);
const list = (length: string): string => `${server}/0/${length}/0/heap`;
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

// Warm-up: what the first iteration compiles and keeps is not counted.
await readLong(list('20000'), Number(prefetch));
const before = heap();
await readLong(list(items), Number(prefetch));
process.send?.(heap() - before);
process.disconnect();
