import { type CheckResult, resultOf } from './check.ts';
import { assumptionChecks } from './checks/assumptions.ts';
import { authenticationChecks } from './checks/authentication.ts';
import { projectChecks } from './checks/projects.ts';
import { rateLimitChecks } from './checks/rate-limit.ts';
import { responseChecks } from './checks/responses.ts';
import { userChecks } from './checks/users.ts';
import { valueAt } from './exchange.ts';
import type { Platform, Target } from './requester.ts';
import { type CheckOptions, converse, type Transcript } from './transcript.ts';

/** All checks, by area. */
export const checks = [
  ...authenticationChecks,
  ...userChecks,
  ...projectChecks,
  ...responseChecks,
  ...rateLimitChecks,
  ...assumptionChecks,
];

/** What a check of a server found. */
export interface Report {
  readonly results: readonly CheckResult[];
  /** Requests that were sent. */
  readonly requests: number;
  /** Ids of the users that were created. */
  readonly users: readonly string[];
}

/**
 * Checks a server. Sends about 50 requests, one after the other.
 *
 * @throws {CannotCheckError} when no server responds, or it does not accept the token.
 */
export async function checkServer(target: Target, platform: Platform, options: CheckOptions = {}): Promise<Report> {
  const transcript = await converse(target, platform, options);
  return {
    results: checks.map((check) => resultOf(check, transcript)),
    requests: transcript.all.length + (transcript.exhausted?.sent ?? 0),
    users: createdUsers(transcript),
  };
}

/** Also those that should not have been created. */
function createdUsers({ all }: Transcript): string[] {
  const ids = all
    .filter(({ method, path, answer }) => method === 'POST' && path === '/users' && (answer?.status ?? 400) < 300)
    .map((exchange) => valueAt(exchange, 'id'));
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}
