import { expect } from 'vitest';
import { ExampleError } from '@example/sdk';

/** What JavaScript knows of a function: that it can be called. */
export type Untyped = (...args: unknown[]) => PromiseLike<unknown> & Iterable<unknown>;

/** The client without its types, which keep TypeScript users from most of these mistakes. */
export interface UntypedClient {
  readonly users: Readonly<Record<'get' | 'create', Untyped>>;
  readonly projects: Readonly<Record<'list', Untyped>>;
  readonly request: Untyped;
  readonly list: Untyped;
  readonly on: Untyped;
  readonly withOptions: Untyped;
}

/**
 * What a mistake is answered with, thrown or as a rejection. It is an error of the SDK, and never a `TypeError` of its
 * insides. What nobody handles fails the run of the tests.
 */
export async function messageOf(mistake: () => unknown): Promise<string> {
  try {
    await mistake();
  } catch (error) {
    expect(error).toBeInstanceOf(ExampleError);
    return (error as ExampleError).message; // as the line above has checked
  }
  return 'nothing is said';
}
