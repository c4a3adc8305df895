// Your own code, as it might be: it takes the client, so that a test can hand it one.
import { ConflictError, type Client, type User } from '@example/sdk';

/** Creates the user, or finds that the email address is taken. */
export async function signUp(client: Client, name: string, email: string): Promise<User | 'taken'> {
  try {
    return await client.users.create({ name, email, password: crypto.randomUUID() });
  } catch (error) {
    if (error instanceof ConflictError) return 'taken';
    throw error;
  }
}
