import type { Api } from './api.ts';
import { type Check, type Finding, type Need, type Run, unclear } from './check.ts';
import { type Delivery, type Receiver, tryDeliveries } from './deliveries.ts';
import { listChecks } from './lists.ts';
import { rateLimitChecks } from './rate-limits.ts';
import { requestChecks } from './requests.ts';
import { webhookChecks } from './webhooks.ts';

/** In the order of `docs/assumptions.md`. */
export const checks: readonly Check[] = [...requestChecks, ...rateLimitChecks, ...listChecks, ...webhookChecks];

export interface RunOptions {
  /** Creates users. */
  readonly write?: boolean;
  /** Uses up a window, and sends one request more. */
  readonly exceedLimit?: boolean;
  /** Receives what the API delivers. Needs `write`. */
  readonly receiver?: Receiver | undefined;
  /** How long to wait for an attempt to deliver, in milliseconds. */
  readonly patience?: number;
  /** Deliveries that were saved before. Default: none. */
  readonly saved?: readonly Delivery[];
  readonly webhookSecret?: string | undefined;
}

/** Checks all assumptions, one after the other. */
export async function runChecks(api: Api, options: RunOptions = {}): Promise<ReadonlyMap<string, Finding>> {
  const { write = false, exceedLimit = false, receiver, patience = 600_000, saved = [], webhookSecret } = options;
  const given: Readonly<Record<Need, boolean>> = {
    '--write': write,
    '--exceed-limit': exceedLimit,
    '--webhook-url': receiver !== undefined,
    '--delivery': receiver !== undefined || saved.length > 0,
  };
  const trial = receiver && (await tryDeliveries(api, receiver, patience));
  const findings = new Map<string, Finding>();
  const deliveries = [...saved, ...(receiver?.deliveries ?? [])];
  const run: Run = { api, deliveries, trial, webhookSecret, findings };
  for (const check of checks) {
    const missing = check.needs?.filter((need) => !given[need]) ?? [];
    findings.set(check.id, missing.length > 0 ? unclear(`Needs ${missing.join(' and ')}.`) : await check.run(run));
  }
  return findings;
}

/** The findings as a table in Markdown, and below it what to do about assumptions that don't hold. */
export function report(findings: ReadonlyMap<string, Finding>): string {
  const rows = Array.from(findings, ([id, { verdict, seen, requestIds }]) => [
    id,
    verdict,
    seen.replaceAll('|', '\\|').replaceAll(/\s+/g, ' '),
    requestIds.length > 4 ? `${requestIds.slice(0, 4).join(', ')}, …` : requestIds.join(', '),
  ]);
  const table = [['assumption', 'verdict', 'seen', 'request ids'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [heading = [], ...others] = table;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const remedies = checks
    .filter(({ id }) => findings.get(id)?.verdict === "doesn't hold")
    .map(({ id, remedy }) => `- ${id}: ${remedy}`);
  const advice = remedies.length === 0 ? [] : ['', 'What to do:', '', ...remedies];
  return [line(heading), rule, ...others.map(line), ...advice].join('\n');
}
