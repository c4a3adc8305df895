import * as z from 'zod/mini';
import { userSchema } from '../../resources/users.ts';
import type { UserCreatedEvent } from '../../webhooks/index.ts';

const { id, name, email } = userSchema._zod.def.shape;

/** What is sent when a user was created. */
export const userCreatedSchema = z.object({
  event: z.literal('user.created'),
  data: z.object({ id, name, email }),
  timestamp: z.string(),
}) satisfies z.ZodMiniType<UserCreatedEvent>;
