import { type Check, type Deviation, firstDeviation, firstOf, shown } from '../check.ts';
import { type Exchange, isObject, numberHeader, serverTime, statusOf, valueAt } from '../exchange.ts';
import { documentedLimit } from '../requester.ts';
import type { Transcript } from '../transcript.ts';

/** Length of the documented window, in seconds. */
const windowLength = 60;

/** Seconds by which a time may be off because headers are rounded. */
const rounding = 2;

const names = { limit: 'X-RateLimit-Limit', remaining: 'X-RateLimit-Remaining', reset: 'X-RateLimit-Reset' } as const;

/** What the reference says about: responses to requests with the token. */
function counted({ all }: Transcript): Exchange[] {
  return all.filter(({ authorized, answer }) => authorized && answer !== undefined);
}

const presence = Object.entries(names).map(([id, name]): Check => ({
  id: `rate-limit.${id}`,
  says: `Every response has \`${name}\`, a whole number.`,
  judge: (transcript) =>
    firstDeviation(counted(transcript), (exchange) => {
      const text = exchange.answer?.headers.get(name) ?? undefined;
      return numberHeader(exchange, name) === undefined ? `\`${name}\` is ${shown(text)}.` : undefined;
    }),
}));

/** What a request that exceeds the limit gets. */
function refusal(problemOf: (exchange: Exchange) => string | undefined): Check['judge'] {
  return ({ exhausted }) => {
    if (exhausted === undefined) return { reason: 'Only checked with --exhaust.' };
    if (statusOf(exhausted.last) !== 429) return { reason: 'The server refused no request with 429.' };
    return firstDeviation([exhausted.last], problemOf);
  };
}

export const rateLimitChecks: readonly Check[] = [
  ...presence,
  {
    id: 'rate-limit.documented-limit',
    says: `\`${names.limit}\` is ${documentedLimit}.`,
    judge: (transcript) =>
      firstDeviation(counted(transcript), (exchange) => {
        const limit = numberHeader(exchange, names.limit);
        return limit === undefined || limit === documentedLimit ? undefined : `\`${names.limit}\` is ${limit}.`;
      }),
  },
  {
    id: 'rate-limit.range',
    says: `\`${names.remaining}\` is less than \`${names.limit}\`, because the request itself counts.`,
    judge: (transcript) =>
      firstDeviation(counted(transcript), (exchange) => {
        const [limit, remaining] = [names.limit, names.remaining].map((name) => numberHeader(exchange, name));
        return limit !== undefined && remaining !== undefined && remaining >= limit
          ? `\`${names.remaining}\` is ${remaining} of ${limit}.`
          : undefined;
      }),
  },
  {
    id: 'rate-limit.counts',
    says: `\`${names.remaining}\` falls with each request, until a new window begins.`,
    judge: (transcript) => firstOf(pairsOf(counted(transcript)).map(([before, after]) => rise(before, after))),
  },
  {
    id: 'rate-limit.counts-one',
    says: 'A request counts as one.',
    judge: (transcript) => {
      const falls = pairsOf(counted(transcript)).flatMap(([before, after]) => {
        const [was, is] = [before, after].map((exchange) => numberHeader(exchange, names.remaining));
        return was === undefined || is === undefined || is >= was ? [] : [{ fall: was - is, exchange: after }];
      });
      const [first] = falls;
      // Other clients may use the same token, but hardly between all of the requests.
      return first === undefined || falls.some(({ fall }) => fall === 1)
        ? undefined
        : { problem: `\`${names.remaining}\` falls by ${first.fall}.`, exchange: first.exchange };
    },
  },
  {
    id: 'rate-limit.window',
    says: `\`${names.reset}\` is the end of the window in epoch seconds, at most ${windowLength} s ahead.`,
    judge: (transcript) =>
      firstDeviation(counted(transcript), (exchange) => {
        const reset = numberHeader(exchange, names.reset);
        if (reset === undefined) return undefined;
        const ahead = reset - serverTime(exchange) / 1000;
        return ahead < -rounding || ahead > windowLength + rounding
          ? `\`${names.reset}\` is ${reset}, ${Math.round(ahead)} s from the server's time.`
          : undefined;
      }),
  },
  {
    id: 'rate-limit.refuses',
    says: `More than ${documentedLimit} requests in a minute are refused: 429.`,
    judge: ({ exhausted }) => {
      if (exhausted === undefined) return { reason: 'Only checked with --exhaust.' };
      const { sent, last } = exhausted;
      return statusOf(last) === 429
        ? undefined
        : { problem: `Request ${sent} in a row got ${last.error ?? statusOf(last)}.`, exchange: last };
    },
  },
  {
    id: 'rate-limit.allows',
    says: `A token allows ${documentedLimit} requests: none is refused while \`${names.remaining}\` is above 0.`,
    judge: ({ exhausted, all }) => {
      const refused = all.find((exchange) => statusOf(exchange) === 429);
      const { sent, last } = exhausted ?? {};
      const before = all.findLast(({ authorized }) => authorized);
      const left = before === undefined ? undefined : numberHeader(before, names.remaining);
      if (refused !== undefined) return { problem: 'A request was refused again and again.', exchange: refused };
      // A new window may have begun meanwhile, which allows more and not less.
      return last !== undefined && sent !== undefined && left !== undefined && statusOf(last) === 429 && sent <= left
        ? { problem: `Request ${sent} was refused, although ${left} were left.`, exchange: last }
        : undefined;
    },
  },
  {
    id: 'rate-limit.refusal.body',
    says: 'A refused request gets the documented error format.',
    judge: refusal((exchange) => {
      const error = valueAt(exchange, 'error');
      if (!isObject(error)) return `\`error\` is ${shown(error)}.`;
      const wrong = ['code', 'message'].find((name) => typeof error[name] !== 'string' || error[name] === '');
      return wrong === undefined ? undefined : `\`${wrong}\` is ${shown(error[wrong])}.`;
    }),
  },
  {
    id: 'rate-limit.refusal.headers',
    says: `A refused request gets the rate-limit headers, with \`${names.remaining}: 0\`.`,
    judge: refusal((exchange) => {
      const wrong = Object.values(names).find((name) => numberHeader(exchange, name) === undefined);
      if (wrong !== undefined) return `\`${wrong}\` is ${shown(exchange.answer?.headers.get(wrong) ?? undefined)}.`;
      const remaining = numberHeader(exchange, names.remaining);
      return remaining === 0 ? undefined : `\`${names.remaining}\` is ${shown(remaining)}.`;
    }),
  },
  {
    id: 'rate-limit.refusal.reset',
    says: `\`${names.reset}\` of a refused request is the end of the window, at most ${windowLength} s ahead.`,
    judge: refusal((exchange) => {
      const reset = numberHeader(exchange, names.reset);
      const ahead = reset === undefined ? 0 : reset - serverTime(exchange) / 1000;
      return ahead < -rounding || ahead > windowLength + rounding
        ? `\`${names.reset}\` is ${Math.round(ahead)} s from the server's time.`
        : undefined;
    }),
  },
];

function pairsOf(exchanges: readonly Exchange[]): [Exchange, Exchange][] {
  return exchanges.slice(1).flatMap((after, index) => {
    const before = exchanges[index];
    return before === undefined ? [] : [[before, after]];
  });
}

/** Finds a number of requests left that did not fall, although the window is the same. */
function rise(before: Exchange, after: Exchange): Deviation | undefined {
  const [was, is] = [before, after].map((exchange) => numberHeader(exchange, names.remaining));
  const reset = numberHeader(before, names.reset);
  const isOver = reset !== undefined && serverTime(after) / 1000 >= reset - rounding;
  if (was === undefined || is === undefined || is < was || isOver) return undefined;
  return { problem: `\`${names.remaining}\` is ${is}, and was ${was} before.`, exchange: after };
}
