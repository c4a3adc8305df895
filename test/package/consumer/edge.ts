// The suite in the edge runtime of Next.js, on Node.js. Its input is the argument, what it saw is printed.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { EdgeRuntime } from 'edge-runtime';

const [, , bundle = '', input = ''] = process.argv;
const runtime = new EdgeRuntime();
const found: unknown = await runtime.evaluate(`${readFileSync(bundle, 'utf8')};
  suite.runSuite(${input}).then((suite) => JSON.stringify({ suite, name: EdgeRuntime, any: typeof AbortSignal.any }))`);
console.log(found);
