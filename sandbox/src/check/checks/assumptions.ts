import { type Check, firstDeviation, firstOf, shown } from '../check.ts';
import { isClientError, isSuccess, numberHeader, serverTime, statusOf, valueAt } from '../exchange.ts';
import type { Transcript } from '../transcript.ts';
import { idsOf, itemsOf } from './projects.ts';

/** What the SDK reads of a response at most, in characters: at least that many bytes. */
const maxResponseSize = 64 * 1024 * 1024;

const pageHeaders = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

/** The names in a header of CORS. */
function namesIn(headers: Headers | undefined, header: string): readonly string[] {
  return (headers?.get(header) ?? '')
    .toLowerCase()
    .trim()
    .split(/\s*,\s*/);
}

const allowsOrigin = (headers: Headers | undefined) =>
  ['*', 'https://app.example.com'].includes(headers?.get('Access-Control-Allow-Origin') ?? '');

/** Identifiers of everything that was received. */
function identifiers({ users, lists }: Transcript) {
  return [
    ...[users.created, users.withKey].map(({ exchange }) => ({ exchange, id: valueAt(exchange, 'id') })),
    ...Object.values(lists)
      .flat()
      .flatMap((listed) => idsOf(listed).map((id) => ({ exchange: listed.exchange, id }))),
  ];
}

/** What `docs/assumptions.md` says, as far as requests can show it. */
export const assumptionChecks: readonly Check[] = [
  {
    id: 'assumptions.idempotency-key',
    says: 'A POST that is repeated with the same `Idempotency-Key` creates one user.',
    sdk: 'The SDK relies on it only with `apiSupportsIdempotencyKeys: true`. Leave the option off for this server.',
    judge: ({ users: { withKey, repeated } }) => {
      const [id, again] = [withKey, repeated].map(({ exchange }) => valueAt(exchange, 'id'));
      if (!isSuccess(withKey.exchange)) return { reason: 'POST /users with the key did not create a user.' };
      if (id === again) return undefined;
      return {
        problem: isSuccess(repeated.exchange)
          ? `The repeated request created a second user, ${shown(again)}.`
          : `The repeated request got ${statusOf(repeated.exchange)}.`,
        exchange: repeated.exchange,
      };
    },
  },
  {
    id: 'assumptions.idempotency-key-of-one-request',
    says: 'Another POST with an `Idempotency-Key` that was used does not get the response of the first one.',
    sdk: 'The SDK chooses a new random key for each call. A key that you reuse would hide the second call.',
    judge: ({ users: { withKey, otherWithSameKey } }) => {
      const { exchange, user } = otherWithSameKey;
      if (!isSuccess(withKey.exchange) || isClientError(exchange)) return undefined;
      const email = valueAt(exchange, 'email');
      return isSuccess(exchange) && email === user.email
        ? undefined
        : { problem: `It got ${statusOf(exchange)} with the user ${shown(email)}.`, exchange };
    },
  },
  {
    id: 'assumptions.id-is-one-segment',
    says: 'An id is one segment of the path.',
    sdk: 'A call with another id rejects with an `InvalidRequestError`, and nothing is sent.',
    judge: (transcript) =>
      firstOf(
        identifiers(transcript).map(({ id, exchange }) =>
          typeof id === 'string' && (/[/\\?#\s]/.test(id) || /^\.{1,2}$/.test(id))
            ? { problem: `The id is ${shown(id)}.`, exchange }
            : undefined,
        ),
      ),
  },
  {
    id: 'assumptions.response-size',
    says: 'No response has more than 64 MiB.',
    sdk: 'The call rejects with a `ResponseTooLargeError`. Raise `maxResponseSize`.',
    judge: ({ all }) =>
      firstDeviation(all, ({ answer }) =>
        (answer?.text.length ?? 0) > maxResponseSize ? `It has ${String(answer?.text.length)} characters.` : undefined,
      ),
  },
  {
    id: 'assumptions.reset-unit',
    says: '`X-RateLimit-Reset` is in epoch seconds.',
    sdk: 'The SDK tells milliseconds, and seconds from now, apart by their size.',
    judge: ({ all }) =>
      firstDeviation(
        all.filter(({ authorized }) => authorized),
        (exchange) => {
          const reset = numberHeader(exchange, 'X-RateLimit-Reset');
          const time = serverTime(exchange) / 1000;
          // Anything within ten years is a time in seconds, whether right or wrong.
          return reset === undefined || Math.abs(reset - time) < 315_360_000 ? undefined : `It is ${reset}.`;
        },
      ),
  },
  {
    id: 'assumptions.retry-after',
    says: 'A 429 says in `Retry-After` when the next window begins, in seconds.',
    sdk: 'Without it, the SDK goes by `X-RateLimit-Reset`, or waits for longer from refusal to refusal.',
    judge: ({ exhausted }) => {
      if (exhausted === undefined) return { reason: 'Only checked with --exhaust.' };
      const { last } = exhausted;
      if (statusOf(last) !== 429) return { reason: 'The server refused no request with 429.' };
      const [wait, reset] = ['Retry-After', 'X-RateLimit-Reset'].map((name) => numberHeader(last, name));
      const text = last.answer?.headers.get('Retry-After') ?? undefined;
      if (wait === undefined) return { problem: `\`Retry-After\` is ${shown(text)}.`, exchange: last };
      const until = reset === undefined ? wait : reset - serverTime(last) / 1000;
      return Math.abs(until - wait) <= 2 && wait > 0
        ? undefined
        : { problem: `It is ${wait}, but the window ends in ${Math.round(until)} s.`, exchange: last };
    },
  },
  {
    id: 'assumptions.cors-preflight',
    says: 'Pages of other origins may call the API, with their token: the preflight request is answered.',
    sdk: 'The browser blocks the call, which rejects with a `ConnectionError`. Call the API from your server.',
    judge: ({ preflight: exchange }) => {
      const { headers } = exchange.answer ?? {};
      const allowed = namesIn(headers, 'Access-Control-Allow-Headers');
      const missing = ['authorization', 'content-type'].find(
        // In browsers, `*` stands for every header but this one.
        (name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')),
      );
      if (!isSuccess(exchange)) return { problem: `The status is ${statusOf(exchange)}.`, exchange };
      if (!allowsOrigin(headers)) return { problem: 'It does not allow the origin.', exchange };
      return missing === undefined ? undefined : { problem: `It does not allow the header ${missing}.`, exchange };
    },
  },
  {
    id: 'assumptions.cors',
    says: 'Pages of other origins may read the responses, with the rate-limit headers.',
    sdk: 'Without the headers, the SDK counts its own requests.',
    judge: ({ lists }) =>
      firstDeviation([lists.first.exchange, lists.second.exchange], ({ answer }) => {
        if (answer === undefined) return undefined;
        if (!allowsOrigin(answer.headers)) return '`Access-Control-Allow-Origin` does not allow the origin.';
        const exposed = namesIn(answer.headers, 'Access-Control-Expose-Headers');
        // The SDK sends no cookies, so `*` stands for every header.
        const hidden = pageHeaders.find((name) => !exposed.includes(name) && !exposed.includes('*'));
        return hidden === undefined ? undefined : `\`Access-Control-Expose-Headers\` does not have ${hidden}.`;
      }),
  },
  {
    id: 'assumptions.largest-per-page',
    says: 'A `per_page` that is too large is a client error, or gives a page of the largest size, and `meta` says so.',
    sdk: 'The SDK goes by the items that it received. A page that says it is whole and is not ends a list early.',
    judge: ({ lists: { tooLarge: listed } }) => {
      const { exchange } = listed;
      if (isClientError(exchange)) return undefined;
      if (!isSuccess(exchange)) return { problem: `The status is ${statusOf(exchange)}.`, exchange };
      const { length } = itemsOf(listed);
      const [total, pages] = [valueAt(exchange, 'meta', 'total_count'), valueAt(exchange, 'meta', 'total_pages')];
      if (typeof total !== 'number' || typeof pages !== 'number' || total === 0) return undefined;
      return length > 0 && length <= total && pages === Math.ceil(total / length)
        ? undefined
        : { problem: `The page has ${length} of ${total} items and says that there are ${pages} pages.`, exchange };
    },
  },
  {
    id: 'assumptions.order',
    says: 'The order of a list is the same each time, unless items come or go.',
    sdk: 'docs/pagination.md names the limits of "exactly once".',
    judge: ({ lists: { first, sameAgain, firstAgain } }) => {
      const ids = JSON.stringify(idsOf(first));
      const other = [sameAgain, firstAgain].find(
        (listed) => isSuccess(listed.exchange) && JSON.stringify(idsOf(listed)) !== ids,
      );
      return other === undefined
        ? undefined
        : {
            problem: 'The same request got other items or another order. Were projects created or deleted meanwhile?',
            exchange: other.exchange,
          };
    },
  },
  {
    id: 'assumptions.unique-ids',
    says: 'Each item of a list has an `id` that no other one has.',
    sdk: 'The SDK yields items with the same `id` once, and items without one as often as they are received.',
    judge: ({ lists }) =>
      firstOf(
        Object.values(lists)
          .flat()
          .map((listed) => {
            const ids = idsOf(listed).filter((id) => id !== undefined);
            const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
            return repeated === undefined
              ? undefined
              : { problem: `Two items have the id ${shown(repeated)}.`, exchange: listed.exchange };
          }),
      ),
  },
];
