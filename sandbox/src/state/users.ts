import * as z from 'zod/mini';
import { type User, type UserFields, userSchema } from '../contract/schemas.ts';
import { Failure } from '../http/failure.ts';
import { emailKey } from '../storage/store.ts';
import { timestamp } from '../utils/clock.ts';
import type { Services } from './services.ts';

/** Leaves out the fields that only the store may know. */
export function publicUser({ id, name, email, created_at }: User): User {
  return z.parse(userSchema, { id, name, email, created_at });
}

/** @throws {Failure} 409 when the email belongs to another user. */
export function createUser({ store, clock, webhooks }: Services, { name, email }: UserFields): User {
  requireFreeEmail(store.users.find(emailKey(email)), undefined);
  return store.transaction(() => {
    const user = { id: store.nextId('user'), name, email, created_at: timestamp(clock.now()) };
    store.users.put(user);
    webhooks.publish('user.created', { id: user.id, name, email });
    return user;
  });
}

/** @throws {Failure} 409 when the email belongs to another user. */
export function updateUser({ store }: Services, user: User, changes: UserFields): User {
  requireFreeEmail(store.users.find(emailKey(changes.email)), user.id);
  const changed = { ...user, ...changes };
  store.users.put(changed);
  return changed;
}

function requireFreeEmail(holder: User | undefined, id: string | undefined): void {
  if (holder === undefined || holder.id === id) return;
  throw new Failure(409, 'email_taken', 'There is already a user with this email.', {
    details: { email: 'Belongs to another user.' },
  });
}
