import type { Latency } from './network.ts';
import { endpointOf, type Server, type ServerRequest } from './server.ts';
import type { WorkloadCall } from './tested-client.ts';

/** The tokens that a client may use, each until the next one is issued. */
export interface Token {
  readonly issued: number;
  readonly token: string;
}

export function tokenAt(tokens: readonly Token[], now: number): string {
  return tokens.findLast(({ issued }) => issued <= now)!.token;
}

/**
 * The least possible milliseconds from the first call of the batch to its last answer, for a client that knows what the
 * server will accept and sends each request as soon as it would be. Calls that are to be prompt use up the limit, too.
 */
export function leastTime(
  server: Server,
  calls: readonly WorkloadCall[],
  latency: Latency,
  tokens: readonly Token[],
): number {
  const batch = calls.filter(({ kind }) => kind === 'batch');
  const start = Math.min(...batch.map(({ at }) => at));
  const prompt = calls.filter(({ kind }) => kind === 'prompt').sort((a, b) => a.at - b.at);
  const endpoints = Map.groupBy(batch, (call) => endpointOf({ path: call.path, token: '' }));
  const queues = [...endpoints.values()].map((queue) => queue.toSorted((a, b) => b.at - a.at));
  const up = latency.middle / 4;
  let now = up;
  let last = now;
  let left = batch.length;
  const send = (request: ServerRequest) => {
    if (!server.admits(request, now)) return false;
    server.receive(request, now, latency.middle / 2);
    return true;
  };
  while (left > 0) {
    const token = tokenAt(tokens, now - up);
    while (prompt[0] && prompt[0].at + up <= now && send({ path: prompt[0].path, token })) prompt.shift();
    for (const queue of queues) {
      for (let next = queue.at(-1); next && next.at + up <= now; next = queue.at(-1)) {
        if (!send({ path: next.path, token })) break;
        queue.pop();
        left--;
        last = now;
      }
    }
    // The longer nothing was accepted, the less an exact time matters.
    now += Math.min(250, Math.max(1, (now - last) / 1000));
  }
  return last + (latency.middle * 3) / 4 - start;
}
