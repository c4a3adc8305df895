// Reads a long list in a separate process, and reports by how many bytes the heap has grown, after full garbage collections.
import { loadSdk } from '../shared/clients.ts';

const [server = '', items = ''] = process.argv.slice(2);
const { Client } = await loadSdk();

async function heapAfter(length: string): Promise<number> {
  const client = new Client({ apiToken: 'token', baseUrl: `${server}/${length}/0/0` });
  let [count, heap] = [0, 0];
  for await (const { id } of client.projects.list({}, { prefetch: 8 })) {
    count += Number(id !== '');
    if (count < Number(length)) continue;
    globalThis.gc?.();
    heap = process.memoryUsage().heapUsed;
  }
  return heap;
}

// Warm-up: what the first iteration compiles and keeps is not counted.
const before = await heapAfter('20000');
process.send?.((await heapAfter(items)) - before);
process.disconnect();
