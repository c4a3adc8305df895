import * as z from 'zod/mini';
import type { CheckResult } from '../check/check.ts';
import { checks, checkServer, type Report } from '../check/check-server.ts';
import type { Exchange } from '../check/exchange.ts';
import { CannotCheckError, marker } from '../check/transcript.ts';
import { sleep } from '../utils/abort.ts';
import { redact } from '../utils/redact.ts';
import { ControlClient } from './control-client.ts';
import { coloured, printable } from './log-lines.ts';
import { CommandError, type ProcessIO } from './process-io.ts';
import { stopSignal } from './stop-signal.ts';
import { type Style, styleFor } from './style.ts';

/** Options of `check`. */
export interface CheckCommandOptions {
  readonly token?: string;
  readonly exhaust?: boolean;
  /** Ids of checks to leave out, or areas of checks, such as `assumptions`. */
  readonly skip?: readonly string[];
  readonly json?: boolean;
}

/** Characters of a body to show. */
const maxBody = 300;

/** Checks a server by the API reference. The exit code is 1 if it deviates. */
export async function check(url: string, options: CheckCommandOptions, io: ProcessIO): Promise<number> {
  const { exhaust = false, skip = [], json = false } = options;
  const target = { baseUrl: baseUrlOf(url), token: tokenOf(options, io) };
  requireKnown(skip);
  const style = styleFor(io.out);
  const signal = stopSignal(io);
  const platform = {
    fetch: (to: string, init: RequestInit) =>
      fetch(to, { ...init, signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal }),
    now: Date.now,
    sleep: (delay: number) => sleep(delay, signal),
    onWait: (delay: number) =>
      void io.error.write(`Waiting ${Math.ceil(delay / 1000)} s for the next window of the rate limit.\n`),
  };
  const report = await checkServer(target, platform, { exhaust }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error instanceof CannotCheckError ? new CommandError(error.message) : error;
  });

  const results = report.results.filter(({ id }) => !isSkipped(id, skip));
  const deviations = results.filter(({ result }) => result === 'deviates');
  const left = await usersLeft(report, target.baseUrl, signal);
  const safe = (text: string) => printable(text.replaceAll(target.token, '[redacted]'));
  if (json) {
    for (const result of results) io.out.write(`${safe(JSON.stringify(lineOf(result)))}\n`);
    const summary = { checks: results.length, deviations: deviations.length, requests: report.requests, users: left };
    io.out.write(`${JSON.stringify({ type: 'summary', url: target.baseUrl, ...summary })}\n`);
  } else {
    io.out.write(`\n${areas(results, style)}\n`);
    for (const deviation of deviations) io.out.write(`${described(deviation, safe, style)}\n`);
    io.out.write(summaryOf(results, report, left));
  }
  return deviations.length === 0 ? 0 : 1;
}

function baseUrlOf(url: string): string {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !/^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)) {
    throw new CommandError(
      `Use https: over http, anyone on the network path to ${hostname} can read the API token.`,
      2,
    );
  }
  return url.replace(/\/+$/, '');
}

function tokenOf({ token }: CheckCommandOptions, { env }: ProcessIO): string {
  const found = token ?? env['EXAMPLE_API_TOKEN'];
  if (found !== undefined && found !== '') return found;
  throw new CommandError('check needs --token or the environment variable EXAMPLE_API_TOKEN.', 2);
}

const isSkipped = (id: string, skip: readonly string[]) =>
  skip.some((skipped) => id === skipped || id.startsWith(`${skipped}.`));

function requireKnown(skip: readonly string[]): void {
  const unknown = skip.find((skipped) => !checks.some(({ id }) => isSkipped(id, [skipped])));
  if (unknown === undefined) return;
  const known = [...new Set(checks.map(({ id }) => areaOf(id)))].join(', ');
  throw new CommandError(`There is no check ${unknown}. Use the id of a check, or one of the areas ${known}.`, 2);
}

/** Deletes the users that the check created where that is possible, and returns the ids of the others. */
async function usersLeft({ users }: Report, baseUrl: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const control = await ControlClient.connect(new URL(baseUrl).origin, signal);
    for (const id of users) await control.send(z.undefined(), 'DELETE', `/users/${encodeURIComponent(id)}`);
    return [];
  } catch {
    // It is not a sandbox, and the API itself can't delete users.
    return users;
  }
}

const areaOf = (id: string) => id.split('.')[0] ?? id;

/** One line for each area. */
function areas(results: readonly CheckResult[], style: Style): string {
  return [...Map.groupBy(results, ({ id }) => areaOf(id))]
    .map(([area, inArea]) => {
      const count = (result: CheckResult['result']) => inArea.filter((checked) => checked.result === result).length;
      const [passed, deviating, unchecked] = [count('passed'), count('deviates'), count('not-checked')];
      const mark = deviating > 0 ? style.red('✗') : style.green('✓');
      const notes = [
        ...(deviating === 0 ? [] : [style.red(`${deviating} deviate${deviating === 1 ? 's' : ''}`)]),
        ...(unchecked === 0 ? [] : [style.faint(`${unchecked} not checked`)]),
      ];
      return `  ${[mark, area.padEnd(15), `${passed} of ${inArea.length}`.padEnd(9), notes.join(', ')].join(' ').trimEnd()}\n`;
    })
    .join('');
}

/** A deviation with its request and the response. */
function described({ id, says, sdk, problem, exchange }: CheckResult, safe: (text: string) => string, style: Style) {
  const line = (name: string, text: string) => `  ${style.faint(name.padEnd(11))}${safe(text)}\n`;
  return (
    `${style.red('✗')} ${style.bold(id)}\n` +
    line(sdk === undefined ? 'Reference' : 'Assumption', says) +
    line('Server', problem ?? '') +
    (sdk === undefined ? '' : line('SDK', sdk)) +
    (exchange === undefined ? '' : exchangeLines(exchange, safe, style))
  );
}

function exchangeLines({ method, path, sent, answer, error }: Exchange, safe: (text: string) => string, style: Style) {
  const body = sent === undefined ? '' : ` ${shortened(redact.body(sent))}`;
  const { status, headers, text } = answer ?? {};
  const response =
    status === undefined
      ? style.red(error ?? 'no response')
      : `${coloured(String(status), status, style)} ${safe(headers?.get('Content-Type') ?? '')}`.trimEnd();
  return (
    `  ${safe(`${method} ${path}${body}`)}\n` +
    `  ← ${response} ${safe(shortened(redact.body(text ?? '')))}`.trimEnd() +
    '\n'
  );
}

function shortened(text: string): string {
  return text.length > maxBody ? `${text.slice(0, maxBody)}…` : text;
}

function summaryOf(results: readonly CheckResult[], { requests }: Report, left: readonly string[]): string {
  const count = (result: CheckResult['result']) => results.filter((checked) => checked.result === result).length;
  const reasons = new Set(results.flatMap(({ result, problem }) => (result === 'not-checked' ? [problem] : [])));
  return (
    `${results.length} checks: ${count('passed')} passed, ${count('deviates')} deviate, ` +
    `${count('not-checked')} not checked. ${requests} requests.\n` +
    [...reasons].map((reason) => `Not checked: ${String(reason)}\n`).join('') +
    (left.length === 0
      ? ''
      : `The API can't delete the users that the check created. Their emails begin with ${marker}: ${left.join(', ')}\n`)
  );
}

/** A result as JSON. */
function lineOf({ exchange, ...result }: CheckResult): object {
  if (exchange === undefined) return { type: 'check', ...result };
  const { method, path, headers, sent, answer, error } = exchange;
  const response =
    answer === undefined
      ? { error }
      : { status: answer.status, headers: redact.headers(answer.headers), body: redact.body(answer.text) };
  const request = { method, path, headers, ...(sent === undefined ? {} : { body: redact.body(sent) }) };
  return { type: 'check', ...result, request, response };
}
