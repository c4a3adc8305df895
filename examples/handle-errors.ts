// What can go wrong, and how to tell. Needs EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import {
  APIError,
  Client,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  UnprocessableEntityError,
} from '@example/sdk';

const client = new Client();

/** A user, or undefined if there is none by that id. */
async function findUser(id: string) {
  try {
    return await client.users.get(id);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error; // anything else is not ours to decide
  }
}

/** Signs somebody up, and says in words for people what was wrong. */
async function signUp(name: string, email: string, password: string): Promise<string> {
  try {
    const user = await client.users.create({ name, email, password });
    return `Welcome, ${user.name}.`;
  } catch (error) {
    if (error instanceof ConflictError) return 'This email address has an account already.';
    if (error instanceof UnprocessableEntityError) {
      return Object.entries(error.details ?? {})
        .map(([field, problem]) => `${field}: ${String(problem)}`)
        .join('; ');
    }
    if (error instanceof ConnectionError) return 'The service can not be reached. Please try again.';
    if (error instanceof APIError) return `Something went wrong on our side (${error.requestId ?? error.status}).`;
    throw error;
  }
}

console.log('Unknown id:', await findUser('user_nobody'));
console.log('Invalid:', await signUp('', 'ada', '123'));
console.log('Good:', await signUp('Ada', 'ada@example.com', 'analytical-engine'));
console.log('Again:', await signUp('Ada', 'ada@example.com', 'analytical-engine'));

try {
  await client.users.get('../projects');
} catch (error) {
  // A mistake in the program, found before anything is sent.
  if (error instanceof InvalidRequestError) console.log('Never sent:', error.message);
}
