import { user } from '../../support/http-server.ts';
import {
  errorResponse,
  inProcessApi,
  noAnswer,
  type InProcessApi,
  type SentRequest,
} from '../../support/in-process-api.ts';
import { sleep } from '../../support/virtual-time.ts';
import type { DocumentedOptions } from '../model/documented-server.ts';
import type { Reply } from '../model/server.ts';
import { documented } from './simulation.ts';

/** What comes instead of the API's answer: from a gateway, which the API does not count, or from the API itself. */
export type Fault = Response | Promise<Response> | Reply | undefined;

/** The documented server for a client in virtual time. A request that its caller gives up gets no answer. */
export function documentedApi(
  { latency, ...options }: DocumentedOptions & { readonly latency: number },
  fault: (request: SentRequest) => Fault = () => undefined,
): InProcessApi {
  const start = Date.now();
  const server = documented(options, start);
  const answer = async (request: SentRequest) => {
    const instead = fault(request);
    if (instead instanceof Response || instead instanceof Promise) return instead;
    const { status, headers } = server.receive({ path: request.url, token: '' }, Date.now() - start);
    if (instead) return errorResponse(Number(instead.status), { ...headers, ...instead.headers });
    await sleep(latency);
    return status === 200 ? Response.json(user, { headers }) : errorResponse(Number(status), headers);
  };
  return inProcessApi((request) => Promise.race([answer(request), noAnswer(request)]));
}
