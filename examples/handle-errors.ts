// Which errors to expect, and what to do about them. Set EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import {
  APIError,
  CallError,
  Client,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  UnprocessableEntityError,
} from '@example/sdk';

const client = new Client();

/** Returns the user, or undefined if there is no user with this id. */
async function findUser(id: string) {
  try {
    return await client.users.get(id);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error; // let the caller handle everything else
  }
}

/** Signs a person up, and returns a message to show to them. */
async function signUp(name: string, email: string, password: string): Promise<string> {
  try {
    const user = await client.users.create({ name, email, password });
    return `Welcome, ${user.name}.`;
  } catch (error) {
    if (error instanceof ConflictError && error.code === 'email_taken')
      return 'This email address already has an account.';
    if (error instanceof UnprocessableEntityError) {
      return Object.entries(error.details ?? {})
        .map(([field, problem]) => `${field}: ${String(problem)}`)
        .join('; ');
    }
    if (error instanceof CallError && error.mayHaveTakenEffect) return 'You may have an account now. Try to sign in.';
    if (error instanceof ConnectionError) return 'The service could not be reached. Please try again.';
    if (error instanceof APIError) return `Something went wrong on our side (${error.requestId ?? error.status}).`;
    throw error;
  }
}

console.log('Unknown id:', await findUser('user_nobody'));
console.log('Invalid:', await signUp('', 'ada', '123'));
console.log('Valid:', await signUp('Ada', 'ada@example.com', 'analytical-engine'));
console.log('Duplicate:', await signUp('Ada', 'ada@example.com', 'analytical-engine'));

try {
  await client.users.get('../projects');
} catch (error) {
  // A mistake in the program. The SDK finds it before it sends anything.
  if (error instanceof InvalidRequestError) console.log('Never sent:', error.message);
}
