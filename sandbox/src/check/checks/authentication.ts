import { type Check, firstDeviation, shown } from '../check.ts';
import { type Exchange, isSuccess, statusOf } from '../exchange.ts';
import type { Transcript } from '../transcript.ts';

const unauthorizedChecks = [
  ['missing-token', 'without a token'],
  ['unknown-token', 'with an unknown token'],
  ['other-scheme', 'with the token as Basic'],
  ['empty-token', 'with an empty token'],
].map(([id, what = '']): Check => ({
  id: `authentication.${id}`,
  says: `A request ${what} is unauthorized: 401.`,
  judge: ({ unauthorized }) =>
    firstDeviation(
      Object.entries(unauthorized).flatMap(([name, exchange]) => (name.endsWith(what) ? [exchange] : [])),
      (exchange) => (statusOf(exchange) === 401 ? undefined : `The status is ${statusOf(exchange)}.`),
    ),
}));

export const authenticationChecks: readonly Check[] = [
  {
    id: 'authentication.bearer-token',
    says: 'A request with the token as a bearer token is authorized.',
    judge: (transcript) =>
      firstDeviation(authorized(transcript), (exchange) =>
        [401, 403].includes(statusOf(exchange)) ? `The status is ${statusOf(exchange)}.` : undefined,
      ),
  },
  ...unauthorizedChecks,
  {
    id: 'authentication.nothing-leaks',
    says: 'A request that is unauthorized gets no data.',
    judge: ({ unauthorized }) =>
      firstDeviation(Object.values(unauthorized), ({ answer }) => {
        const { json } = answer ?? {};
        const leaked = typeof json === 'object' && json !== null && ('data' in json || 'id' in json);
        return leaked ? `The body has data: ${shown(json)}.` : undefined;
      }),
  },
];

function authorized({ all }: Transcript): Exchange[] {
  return all.filter((exchange) => exchange.authorized && !isSuccess(exchange));
}
