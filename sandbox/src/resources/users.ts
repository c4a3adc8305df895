import type { User } from '@example/sdk';
import * as z from 'zod/mini';
import { characters, text } from '../utils/schemas.ts';
import { pick } from '../utils/random.ts';
import type { FieldName, Resource } from './resource.ts';

const firstNames = ['Ada', 'Alan', 'Barbara', 'Donald', 'Edsger', 'Frances', 'Grace', 'Katherine', 'Ken'] as const;
const lastNames = ['Hopper', 'Lovelace', 'Liskov', 'Allen', 'Johnson', 'Thompson', 'Turing', 'Knuth'] as const;

/** What a password may be. It is checked and then forgotten. */
export const password = z
  .string(characters(8, 1000))
  .check(z.minLength(8, characters(8, 1000)), z.maxLength(1000, characters(8, 1000)));

export const users = {
  name: 'users',
  singular: 'user',
  prefix: 'user',
  fields: {
    name: { schema: text(200) },
    email: {
      schema: z
        .email('Must be an email address, such as john@example.com.')
        .check(z.maxLength(254, 'Must have at most 254 characters.')),
    },
  },
  unique: 'email',
  initial: 0,
  sample: (random, index) => {
    const [first, last] = [pick(random, firstNames), pick(random, lastNames)];
    return { name: `${first} ${last}`, email: `${first}.${last}.${index + 1}@example.com`.toLowerCase() };
  },
  icon: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20a6 6 0 0 1 12 0M16 5a3 3 0 0 1 0 6M18 15a5 5 0 0 1 3 5',
} as const satisfies Resource<FieldName<User>>;
