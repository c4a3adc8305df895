// An example of your own code. It takes the client as an argument, so that a test can pass one in.
import { ConflictError, type Client, type User } from '@example/sdk';

/** Creates the user, unless the email address is taken. */
export async function signUp(client: Client, name: string, email: string): Promise<User | 'taken'> {
  try {
    return await client.users.create({ name, email, password: crypto.randomUUID() });
  } catch (error) {
    if (error instanceof ConflictError) return 'taken';
    throw error;
  }
}
