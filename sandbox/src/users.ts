import * as z from 'zod/mini';
import { Failure } from './failure.ts';
import { type User, userSchema } from './schemas.ts';
import type { Services } from './services.ts';
import { emailKey, type UserRecord } from './store.ts';
import { timestamp } from './timestamp.ts';

const characters = (least: number, most: number) => `Must be a string of ${least} to ${most} characters.`;

/** Text of so many characters that does not only look empty. */
export function text(most: number) {
  const message = characters(1, most);
  return z
    .string(message)
    .check(z.minLength(1, message), z.maxLength(most, message), z.regex(/\S/, 'Must not be blank.'));
}

const identity = {
  name: text(200),
  email: z
    .email('Must be an email address, such as john@example.com.')
    .check(z.maxLength(254, 'Must have at most 254 characters.')),
};

/** What `POST /users` takes. */
export const userCreateSchema = z.strictObject({
  ...identity,
  password: z
    .string(characters(8, 1000))
    .check(z.minLength(8, characters(8, 1000)), z.maxLength(1000, characters(8, 1000))),
});

export type UserCreateParams = z.infer<typeof userCreateSchema>;

/** A user without a password, as tests put it in. */
export const userFieldsSchema = z.strictObject(identity);

/** Without what only the store may know. */
export function publicUser({ id, name, email, created_at }: UserRecord): User {
  return z.parse(userSchema, { id, name, email, created_at });
}

/** @throws Failure 409 if the email belongs to another user. */
export function createUser(
  { store, clock, webhooks }: Services,
  { name, email, passwordHash }: { name: string; email: string; passwordHash?: string | undefined },
): UserRecord {
  requireFreeEmail(store.users.find(emailKey(email)), undefined);
  return store.transaction(() => {
    const user = { id: store.nextId('user'), name, email, created_at: timestamp(clock.now()), passwordHash };
    store.users.put(user);
    webhooks.publish('user.created', { id: user.id, name, email });
    return user;
  });
}

/** @throws Failure 409 if the email belongs to another user. */
export function updateUser(
  { store }: Services,
  user: UserRecord,
  changes: { name: string; email: string },
): UserRecord {
  requireFreeEmail(store.users.find(emailKey(changes.email)), user.id);
  const changed = { ...user, ...changes };
  store.users.put(changed);
  return changed;
}

function requireFreeEmail(holder: UserRecord | undefined, id: string | undefined): void {
  if (holder === undefined || holder.id === id) return;
  throw new Failure(409, 'email_taken', 'There is a user with this email already.', {
    details: { email: 'Belongs to another user.' },
  });
}
