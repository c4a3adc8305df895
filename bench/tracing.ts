/**
 * What the tracing channels cost where nothing subscribes to them: CPU time of a call, and bytes of the bundle. Two clients take
 * turns, one with the channels and one without, and so do two clients without them, whose difference is noise.
 * `npm run bench:tracing -- [--rounds 300] [--save]`
 */
import type { Plugin } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Client } from '@example/sdk';
import { bundleForPage } from './shared/bundle.ts';
import { saveResults } from './shared/results.ts';
import { loadSdk } from './shared/sdk.ts';
import { median, quantile } from './shared/statistics.ts';
import { table } from './shared/table.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '300' },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const callsATurn = 200;

const sdk = await loadSdk();
const body = JSON.stringify({
  id: 'user_1',
  name: 'Ada',
  email: 'ada@example.com',
  created_at: '2024-01-01T00:00:00Z',
});
let created = 0;

/** A client whose requests never leave the process, so that all that is measured is the SDK. */
function client(): Client {
  return new sdk.Client({
    apiToken: 'token',
    baseUrl: `https://api-${++created}.example.com/v1`,
    rateLimit: { limit: 1_000_000_000 },
    fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } })),
  });
}

/** The channels are looked up as a client is created. Here, the runtime has none. */
function clientWithoutChannels(): Client {
  const getBuiltinModule = process.getBuiltinModule.bind(process);
  process.getBuiltinModule = () => undefined;
  try {
    return client();
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
}

async function turn(subject: Client): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < callsATurn; call++) await subject.users.get('user_1');
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The CPU time of the first, divided by that of the second, in a round of four turns. */
async function ratio(first: Client, second: Client): Promise<number> {
  const [a, b] = [await turn(first), await turn(second)];
  const [c, d] = [await turn(second), await turn(first)];
  return (a + d) / (b + c);
}

const reference = clientWithoutChannels();
const subjects = { 'with the channels': client(), 'without them, again': clientWithoutChannels() };
const ratios = Object.entries(subjects).map(([what, subject]) => ({ what, subject, measured: [] as number[] }));
for (let round = -20; round < rounds; round++) {
  for (const { subject, measured } of ratios) {
    const value = await ratio(subject, reference);
    if (round >= 0) measured.push(value); // not while the code is cold
  }
}

const rows = ratios.map(({ what, measured }) => ({
  what,
  ratio: median(measured),
  low: quantile(measured, 0.25),
  high: quantile(measured, 0.75),
}));
const columns = ['', 'CPU time, × a client without channels', 'quartiles'];
const cells = rows.map(({ what, ratio: value, low, high }) => [
  what,
  value.toFixed(4),
  `${low.toFixed(3)}–${high.toFixed(3)}`,
]);
console.log(table(columns, cells));

/** Leaves all of tracing out of the sources, also what `@example/sdk/otel` needs. */
const withoutTracing: Plugin = {
  name: 'without-tracing',
  setup(bundler) {
    bundler.onLoad({ filter: /telemetry\/tracing\.ts$/ }, () => ({
      loader: 'ts',
      contents: `export const addTracer = Symbol();
export class Tracing {
  add() {}
  isUsed() { return false; }
  run(name, event, operation) { return operation(); }
}`,
    }));
  },
};
const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const whole = await bundleForPage({ entryPoints: [entry] });
const without = await bundleForPage({ entryPoints: [entry], plugins: [withoutTracing] });
const bytes = whole.zipped - without.zipped;
console.log(`\nTracing is ${bytes} bytes of the bundle, minified and gzipped.`);
if (options.save) saveResults('tracing', [...rows, { what: 'bytes', zipped: bytes }]);
