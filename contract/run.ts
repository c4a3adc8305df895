import { readFileSync } from 'node:fs';
import type { Api } from './api.ts';
import { type Checks, type Finding, unclear } from './check.ts';
import { type Delivery, type Receiver, tryDeliveries } from './deliveries.ts';
import { listChecks } from './lists.ts';
import { rateLimitChecks, requestChecks } from './requests.ts';
import { webhookChecks } from './webhooks.ts';

/** In the order of `docs/assumptions.md`. */
export const checks: Checks = { ...requestChecks, ...rateLimitChecks, ...listChecks, ...webhookChecks };

export interface RunOptions {
  /** The flags that are set on the command line. Default: none. */
  readonly allowed?: readonly string[];
  /** Receives the API's deliveries. Needs `--write`. */
  readonly receiver?: Receiver | undefined;
  /** How long to wait for a delivery attempt, in milliseconds. Default: ten minutes. */
  readonly patience?: number;
  /** Deliveries that were saved before. Default: none. */
  readonly saved?: readonly Delivery[];
  readonly webhookSecret?: string | undefined;
}

/** Runs all checks, one after the other. */
export async function runChecks(api: Api, options: RunOptions = {}): Promise<ReadonlyMap<string, Finding>> {
  const { allowed = [], receiver, patience = 600_000, saved = [], webhookSecret } = options;
  const given = new Set(receiver ? [...allowed, '--delivery'] : allowed);
  const trial = receiver && (await tryDeliveries(api, receiver, patience));
  const findings = new Map<string, Finding>();
  const deliveries = [...saved, ...(receiver?.deliveries ?? [])];
  for (const [id, { needs, run }] of Object.entries(checks)) {
    const missing = needs.filter((need) => !given.has(need));
    const context = { api, deliveries, trial, webhookSecret, findings };
    findings.set(id, missing.length > 0 ? unclear(`Needs ${missing.join(' and ')}.`) : await run(context));
  }
  return findings;
}

/** The findings as a Markdown table, followed by what `docs/assumptions.md` says about those that don't hold. */
export function report(findings: ReadonlyMap<string, Finding>): string {
  const page = readFileSync(new URL('../docs/assumptions.md', import.meta.url), 'utf8');
  const remedies = new Map(
    Array.from(page.matchAll(/^\| `([a-z-]+)` .*\| (.+?) +\|$/gm), ([, id, wrong]) => [id, wrong]),
  );
  const lines = ['| assumption | verdict | seen | ids |', '| --- | --- | --- | --- |'];
  for (const [id, { verdict, seen, ids }] of findings) {
    const cell = seen.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
    const shown = ids.length > 4 ? [...ids.slice(0, 4), '…'] : ids;
    lines.push(`| ${id.padEnd(22)} | ${verdict.padEnd(16)} | ${cell} | ${shown.join(', ')} |`);
  }
  const wrong = [...findings.keys()].filter((id) => findings.get(id)?.verdict === "doesn't hold");
  if (wrong.length > 0) lines.push('', 'What that means, by docs/assumptions.md:', '');
  return [...lines, ...wrong.map((id) => `- ${id}: ${remedies.get(id)}`)].join('\n');
}
