// The suite in the edge runtime of Next.js: its input is an argument, what it saw is printed.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { EdgeRuntime } from 'edge-runtime';

const [, , bundle = '', input = ''] = process.argv;
const script = `${readFileSync(bundle, 'utf8')};
  suite.runSuite(${input}).then((suite) => JSON.stringify({ suite, name: EdgeRuntime, any: typeof AbortSignal.any }))`;
void Promise.resolve(new EdgeRuntime().evaluate(script)).then((found) => console.log(found));
