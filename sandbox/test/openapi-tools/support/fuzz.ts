import type { Sandbox } from '@example/sandbox';
import fc from 'fast-check';
import { type RandomRequest, randomRequests, type Route } from '../../support/random-requests.ts';
import { type Violation, violationsOf } from './validating-proxy.ts';

/** Random requests to send. */
export const runs = 500;

/** Sends a request through the proxy. */
export function send(
  url: string,
  token: string,
  { method, path, query, json: value }: RandomRequest,
): Promise<Response> {
  return fetch(`${url}${path}?${new URLSearchParams(query).toString()}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(value === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(value === undefined ? {} : { body: JSON.stringify(value) }),
  });
}

/** Prism names an unknown field in a header, and ends if the name has other characters. */
const canBeReported = ({ json: value }: RandomRequest) => /^[ -~]*$/.test(Object.keys(value ?? {}).join(''));

/** What an independent validator finds wrong with the responses to random requests. */
export async function fuzz(url: string, routes: readonly Route[], sandbox: Sandbox) {
  const problems: { request: RandomRequest; status: number; violations: Violation[] }[] = [];
  const statuses = new Set<number>();
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(
      randomRequests(routes).filter(canBeReported),
      fc.integer({ min: 1, max: 20 }),
      async (request, die) => {
        sent += 1;
        // Ten of seventy requests are refused, and one of twenty has no valid token.
        if (sent % 70 === 0) sandbox.clock.advance(60_000);
        const response = await send(url, die === 1 ? 'unknown' : sandbox.apiToken, request);
        const violations = violationsOf(response);
        statuses.add(response.status);
        // What the document forbids to send must not succeed.
        const found = response.ok ? [...violations.request, ...violations.response] : violations.response;
        if (found.length > 0) problems.push({ request, status: response.status, violations: found });
        await response.arrayBuffer();
      },
    ),
    { numRuns: runs, seed: 2026 },
  );
  return { problems, statuses: [...statuses], sent };
}
