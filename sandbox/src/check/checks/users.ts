import { type Check, type Deviation, firstDeviation, firstOf, type NotChecked, shown } from '../check.ts';
import { type Exchange, isClientError, isObject, isSuccess, serverTime, statusOf, valueAt } from '../exchange.ts';
import { type Candidate, fieldChecks, userFields } from '../fields.ts';
import type { Creation, Transcript } from '../transcript.ts';

/** How far `created_at` may be from the time of the response, in milliseconds. */
const clockTolerance = 300_000;

function creations({ users: { created, withKey } }: Transcript): Creation[] {
  return [created, withKey];
}

/** The users that were created, with what was read back. */
function reads({ users: { created, withKey, read, readAgain, other } }: Transcript) {
  return [
    { of: created.exchange, read },
    { of: created.exchange, read: readAgain },
    { of: withKey.exchange, read: other },
  ].flatMap((pair) => (pair.read === undefined ? [] : [{ of: pair.of, read: pair.read }]));
}

const bodies = (exchanges: readonly Exchange[]): Candidate[] =>
  exchanges.filter(isSuccess).map((exchange) => ({ exchange, value: exchange.answer?.json }));

const notCreated: NotChecked = { reason: 'POST /users returned no user with an `id`.' };

const rejectedBodies = {
  'no-fields': 'an empty object',
  'no-name': 'no name',
  'no-email': 'no email',
  'no-password': 'no password',
  'bad-email': 'an email without @',
  'wrong-type': 'a name that is a number',
  'invalid-json': 'invalid JSON',
  'no-object': 'a list',
} as const;

const rejections = Object.entries(rejectedBodies).map(([id, what]): Check => ({
  id: `users.create.rejects.${id}`,
  says: `POST /users with ${what} is a client error: 4xx.`,
  judge: ({ rejected }) =>
    firstDeviation(
      Object.entries(rejected).flatMap(([name, made]) => (name === what ? [made] : [])),
      (exchange) =>
        isClientError(exchange) && ![401, 403, 404, 429].includes(statusOf(exchange))
          ? undefined
          : `The status is ${statusOf(exchange)}.`,
    ),
}));

export const userChecks: readonly Check[] = [
  {
    id: 'users.create.status',
    says: 'POST /users creates a user: 2xx.',
    judge: (transcript) =>
      firstDeviation(
        creations(transcript).map(({ exchange }) => exchange),
        (exchange) => (isSuccess(exchange) ? undefined : `The status is ${statusOf(exchange)}.`),
      ),
  },
  ...fieldChecks('users.create', 'a user that was created', userFields, (transcript) =>
    bodies(creations(transcript).map(({ exchange }) => exchange)),
  ),
  ...(['name', 'email'] as const).map((field): Check => ({
    id: `users.create.same-${field}`,
    says: `The new user has the \`${field}\` that was sent, character by character.`,
    judge: (transcript) =>
      firstOf(
        creations(transcript).map(({ user, exchange }): Deviation | undefined => {
          const received = valueAt(exchange, field);
          if (!isSuccess(exchange) || received === user[field]) return undefined;
          return { problem: `\`${field}\` is ${shown(received)}.`, exchange };
        }),
      ),
  })),
  {
    id: 'users.create.now',
    says: 'The `created_at` of a new user is the time at which it was created.',
    judge: (transcript) =>
      firstDeviation(
        creations(transcript).map(({ exchange }) => exchange),
        (exchange) => {
          const createdAt = valueAt(exchange, 'created_at');
          const difference = Date.parse(String(createdAt)) - serverTime(exchange);
          return Math.abs(difference) > clockTolerance
            ? `\`created_at\` is ${shown(createdAt)}, but the time is ${new Date(serverTime(exchange)).toISOString()}.`
            : undefined;
        },
      ),
  },
  {
    id: 'users.create.own-id',
    says: 'Each new user has an `id` of its own.',
    judge: ({ users: { created, withKey } }) =>
      isSuccess(withKey.exchange) && valueAt(created.exchange, 'id') === valueAt(withKey.exchange, 'id')
        ? { problem: `Two users have the id ${shown(valueAt(withKey.exchange, 'id'))}.`, exchange: withKey.exchange }
        : undefined,
  },
  ...rejections,
  {
    id: 'users.get.status',
    says: 'GET /users/{id} returns a user that exists: 200.',
    judge: (transcript) => {
      const made = reads(transcript);
      if (made.length === 0) return notCreated;
      return firstDeviation(
        made.map(({ read }) => read),
        (exchange) => (statusOf(exchange) === 200 ? undefined : `The status is ${statusOf(exchange)}.`),
      );
    },
  },
  ...fieldChecks('users.get', 'a user', userFields, (transcript) => bodies(reads(transcript).map(({ read }) => read))),
  {
    id: 'users.get.same',
    says: 'GET /users/{id} returns the user with this id, as it was when it was created.',
    judge: (transcript) => {
      const made = reads(transcript);
      if (made.length === 0) return notCreated;
      return firstOf(
        made.map(({ of, read }): Deviation | undefined => {
          const different = Object.keys(userFields).find((name) => valueAt(read, name) !== valueAt(of, name));
          if (different === undefined || !isSuccess(read)) return undefined;
          const [now, before] = [read, of].map((exchange) => shown(valueAt(exchange, different)));
          return { problem: `\`${different}\` is ${now}, and was ${before}.`, exchange: read };
        }),
      );
    },
  },
  {
    id: 'users.get.unknown',
    says: 'GET /users/{id} with an id that no user has is a client error: 404.',
    judge: ({ users: { unknown, unknownAgain } }) =>
      firstDeviation([unknown, unknownAgain], (exchange) =>
        statusOf(exchange) === 404 ? undefined : `The status is ${statusOf(exchange)}.`,
      ),
  },
  {
    id: 'users.no-password',
    says: 'A user in a response has no `password`.',
    judge: ({ all }) =>
      firstDeviation(all, (exchange) => {
        const { json } = exchange.answer ?? {};
        if (isObject(json) && Object.keys(json).some((name) => /passw/i.test(name))) return 'The user has a password.';
        const sent = /"password":"([^"]+)"/.exec(exchange.sent ?? '')?.[1];
        return sent !== undefined && exchange.answer?.text.includes(sent) === true
          ? 'The response repeats the password.'
          : undefined;
      }),
  },
];
