import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import sdk from '../../package.json' with { type: 'json' };
import { toolVersions } from '../../test/support/tools.ts';

const peerNames = ['@octokit/core', '@octokit/plugin-retry', '@octokit/plugin-throttling', 'ky', 'openai', 'stripe'];

/** The contents of a file in `bench/results/`. The plots and tables in the documentation are made from it. */
export interface Results<Row = object> {
  /** Processors and operating system, but nothing that identifies the computer. */
  readonly machine: string;
  /** The day of the run, `YYYY-MM-DD`. */
  readonly date: string;
  readonly node: string;
  /** Version of each package that was measured. */
  readonly versions: Readonly<Record<string, string>>;
  /** One row per contestant and measured case: its names, and its figures as numbers. */
  readonly rows: readonly Row[];
}

/** Writes `bench/results/<name>.json` if `--save` is set. The benchmarks call it after a complete run. */
export function saveResults(name: string, rows: readonly object[]): void {
  if (!process.argv.includes('--save')) return;
  const results: Results = {
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${platform()} ${arch()}`,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    versions: {
      '@example/sdk': sdk.version,
      ...Object.fromEntries(peerNames.map((peer) => [peer, toolVersions[peer] ?? ''])),
    },
    rows,
  };
  writeFileSync(fileOf(name), `${JSON.stringify(results, undefined, 2)}\n`);
}

/** Reads `bench/results/<name>.json`, which the benchmark of that name wrote. */
export function readResults<Row>(name: string): Results<Row> {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Results<Row>;
}

const fileOf = (name: string): URL => new URL(`../results/${name}.json`, import.meta.url);
