// Runs a block of code in a process of its own: `node run-block.ts <file>`. Servers and queues that it leaves don't matter.
import { setTimeout } from 'node:timers/promises';

await import(process.argv[2] ?? '');
// A rejection that the block does not handle ends the process with an error before.
await setTimeout(10);
process.exit(0);
