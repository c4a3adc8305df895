import { type Check, firstDeviation, shown } from '../check.ts';
import { type Exchange, isClientError, isObject, isSuccess, statusOf, valueAt } from '../exchange.ts';
import type { Transcript } from '../transcript.ts';

/** All but the preflight request, which has no body. */
function withBody({ all, preflight }: Transcript): Exchange[] {
  return all.filter((exchange) => exchange !== preflight && exchange.answer !== undefined);
}

const isError = (exchange: Exchange) => statusOf(exchange) >= 400;
const errorsIn = (transcript: Transcript) => withBody(transcript).filter(isError);
/** Errors with the documented format. Others are found by `errors.body`. */
const documentedErrors = (transcript: Transcript) =>
  errorsIn(transcript).filter((exchange) => isObject(valueAt(exchange, 'error')));

export const responseChecks: readonly Check[] = [
  {
    id: 'responses.complete',
    says: 'Each request gets a complete response.',
    judge: ({ all }) => firstDeviation(all, ({ error }) => error && `It got none: ${error}`),
  },
  {
    id: 'responses.content-type',
    says: 'Responses are JSON, and say so: `Content-Type: application/json`.',
    judge: (transcript) =>
      firstDeviation(withBody(transcript), ({ answer }) => {
        const type = answer?.headers.get('Content-Type') ?? undefined;
        return /^application\/json *(; *charset="?utf-8"?)?$/i.test(type ?? '')
          ? undefined
          : `\`Content-Type\` is ${shown(type)}.`;
      }),
  },
  {
    id: 'responses.json',
    says: 'The body of a response is a JSON object.',
    judge: (transcript) =>
      firstDeviation(withBody(transcript), ({ answer }) => {
        if (isObject(answer?.json)) return undefined;
        if (answer?.text === '') return 'The body is empty.';
        return answer?.json === undefined ? 'The body is not JSON.' : `The body is ${shown(answer.json)}.`;
      }),
  },
  {
    id: 'responses.status',
    says: 'Statuses are 2xx, 4xx and 5xx.',
    judge: ({ all }) =>
      firstDeviation(all, (exchange) =>
        exchange.answer === undefined || isSuccess(exchange) || isError(exchange)
          ? undefined
          : `The status is ${statusOf(exchange)}.`,
      ),
  },
  {
    id: 'responses.no-server-errors',
    says: 'No request of this check is a reason for a server error.',
    judge: ({ all }) =>
      firstDeviation(all, (exchange) =>
        statusOf(exchange) >= 500 ? `The status is ${statusOf(exchange)}.` : undefined,
      ),
  },
  {
    id: 'responses.no-token',
    says: 'No response repeats the token.',
    judge: ({ all, target }) =>
      firstDeviation(all, ({ answer }) => {
        const texts = [answer?.text ?? '', ...[...(answer?.headers ?? [])].map(([, value]) => value)];
        return texts.some((text) => text.includes(target.token)) ? 'It repeats the token.' : undefined;
      }),
  },
  {
    id: 'errors.unknown-path',
    says: 'A path that does not exist is a client error: 404.',
    judge: ({ unknownPath }) =>
      firstDeviation([unknownPath], (exchange) =>
        statusOf(exchange) === 404 ? undefined : `The status is ${statusOf(exchange)}.`,
      ),
  },
  {
    id: 'errors.body',
    says: 'Error responses have the documented format: an object with an object `error`.',
    judge: (transcript) =>
      firstDeviation(errorsIn(transcript), (exchange) => {
        const error = valueAt(exchange, 'error');
        return isObject(error) ? undefined : `\`error\` is ${shown(error)}.`;
      }),
  },
  ...(['code', 'message'] as const).map((field): Check => ({
    id: `errors.${field}`,
    says: `The \`${field}\` of an error is a string that is not empty.`,
    judge: (transcript) =>
      firstDeviation(documentedErrors(transcript), (exchange) => {
        const value = valueAt(exchange, 'error', field);
        return typeof value === 'string' && value !== '' ? undefined : `\`${field}\` is ${shown(value)}.`;
      }),
  })),
  {
    id: 'errors.code-format',
    says: 'The `code` of an error is a name for programs, as `invalid_request` is.',
    judge: (transcript) =>
      firstDeviation(documentedErrors(transcript), (exchange) => {
        const code = valueAt(exchange, 'error', 'code');
        return typeof code !== 'string' || code === '' || /^[a-z][a-z\d]*(_[a-z\d]+)*$/.test(code)
          ? undefined
          : `\`code\` is ${shown(code)}.`;
      }),
  },
  {
    id: 'errors.code-differs',
    says: 'Programs can tell errors apart by their `code`: a missing token and an unknown user have different ones.',
    judge: ({ unauthorized, users: { unknown } }) => {
      const [exchange] = Object.values(unauthorized);
      const code = valueAt(unknown, 'error', 'code');
      return exchange !== undefined && typeof code === 'string' && code === valueAt(exchange, 'error', 'code')
        ? { problem: `Both have the code ${shown(code)}.`, exchange }
        : undefined;
    },
  },
  {
    id: 'errors.code-same',
    says: 'The same error has the same `code`.',
    judge: ({ users: { unknown, unknownAgain } }) => {
      const [code, again] = [unknown, unknownAgain].map((exchange) => valueAt(exchange, 'error', 'code'));
      return typeof code === 'string' && typeof again === 'string' && code !== again
        ? { problem: `Two unknown users have the codes ${shown(code)} and ${shown(again)}.`, exchange: unknownAgain }
        : undefined;
    },
  },
  {
    id: 'errors.details',
    says: 'The `details` of an error are an object of strings.',
    judge: (transcript) =>
      firstDeviation(documentedErrors(transcript), (exchange) => {
        const details = valueAt(exchange, 'error', 'details');
        return isObject(details) && Object.values(details).every((value) => typeof value === 'string')
          ? undefined
          : `\`details\` is ${shown(details)}.`;
      }),
  },
  {
    id: 'errors.details-of-fields',
    says: 'The `details` of an error about invalid fields have additional context.',
    judge: ({ rejected }) =>
      firstDeviation(
        ['no email', 'an email without @', 'a name that is a number'].flatMap((what) => rejected[what] ?? []),
        (exchange) => {
          const details = valueAt(exchange, 'error', 'details');
          return isClientError(exchange) && isObject(details) && Object.keys(details).length === 0
            ? '`details` is empty.'
            : undefined;
        },
      ),
  },
];
