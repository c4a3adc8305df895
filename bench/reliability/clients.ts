import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import ky, { isKyError } from 'ky';
import OpenAI, { OpenAIError } from 'openai';
import Stripe from 'stripe';
import { loadSdk } from '../shared/sdk.ts';
import { password, token } from './secrets.ts';

/** A client as its documentation shows it first: everything but the server and the timeout is at its default. */
export interface HttpContestant {
  /** Creates a user. */
  create(): PromiseLike<unknown>;
  /** Reads a user. `signal` is left out by a client that takes none. */
  get(id: string, signal?: AbortSignal): PromiseLike<unknown>;
  /** Whether an error is of a class that the client documents. */
  isOwn(error: unknown): boolean;
}

const newUser = { name: 'John Doe', email: 'john@example.com', password };

/** @param timeout Of one attempt, in milliseconds; `undefined` for the default. */
export async function httpContestant(name: string, url: string, timeout?: number): Promise<HttpContestant> {
  const baseUrl = `${url}/v1`;
  switch (name) {
    case '@example/sdk': {
      const { Client, ExampleError } = await loadSdk();
      const client = new Client({ apiToken: token, baseUrl, timeout, logLevel: 'off' });
      return {
        create: () => client.users.create(newUser),
        get: (id, signal) => client.users.get(id, { signal }),
        isOwn: (error) => error instanceof ExampleError,
      };
    }
    case 'openai': {
      const client = new OpenAI({ apiKey: token, baseURL: baseUrl, logLevel: 'off', ...(timeout && { timeout }) });
      return {
        create: () => client.post('/users', { body: newUser }),
        get: (id, signal) => client.models.retrieve(id, { signal }),
        isOwn: (error) => error instanceof OpenAIError,
      };
    }
    case 'stripe': {
      const { hostname: host, port } = new URL(url);
      const client = new Stripe(token, { host, port: Number(port), protocol: 'http', ...(timeout && { timeout }) });
      return {
        create: () => client.customers.create({ name: newUser.name, email: newUser.email, metadata: { password } }),
        get: (id) => client.customers.retrieve(id),
        isOwn: (error) => error instanceof Stripe.errors.StripeError,
      };
    }
    case 'ky': {
      const client = ky.create({ headers: { authorization: `Bearer ${token}` }, ...(timeout && { timeout }) });
      return {
        create: () => client.post(`${baseUrl}/users`, { json: newUser }).json(),
        // ky makes no paths of ids, so that encoding them is up to its users.
        get: (id, signal) =>
          client.get(`${baseUrl}/users/${encodeURIComponent(id)}`, { ...(signal && { signal }) }).json(),
        isOwn: isKyError,
      };
    }
    case '@octokit/core': {
      const none = () => undefined;
      const log = { debug: none, info: none, warn: none, error: none };
      const client = new (Octokit.plugin(retry))({ auth: token, baseUrl, log });
      // Octokit has no timeout: its users pass a signal.
      const limited = (signal?: AbortSignal) => {
        const limit = signal ?? (timeout ? AbortSignal.timeout(timeout) : undefined);
        return limit ? { request: { signal: limit } } : {};
      };
      return {
        create: () => client.request('POST /users', { ...newUser, ...limited() }),
        get: (id, signal) => client.request('GET /users/{id}', { id, ...limited(signal) }),
        isOwn: (error) => error instanceof Error && error.name === 'HttpError',
      };
    }
    default:
      throw new Error(`There is no contestant ${name}.`);
  }
}
