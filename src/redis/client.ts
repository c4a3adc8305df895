import { ExampleError } from '../errors/example-error.ts';
import { InvalidRequestError } from '../errors/invalid-request-error.ts';

/** What is used of a client of node-redis (`createClient()`, `createCluster()`, …), version 4 or later. */
export interface NodeRedisClient {
  /** Runs a script. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Runs a script that the server has seen before. */
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** What is used of a client of ioredis (`new Redis()`, `new Cluster()`), version 5 or later. */
export interface IORedisClient {
  /** Runs a script. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Runs a script that the server has seen before. */
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** Your own client of Redis or Valkey, from node-redis or ioredis: connected, configured and closed by you. */
export type RedisClient = NodeRedisClient | IORedisClient;

/** What a script may return: a string, an integer (which some clients are set up to give as a string), nil, or a list. */
export type RedisReply = string | number | null | RedisReply[];

/**
 * Runs a Lua script on the server, as one atomic step.
 *
 * A script gets exactly one key (`KEYS[1]`), so that it runs on a cluster; the arguments arrive as strings (`ARGV`).
 * Rejects with the client's own error, or with an {@link ExampleError} if there was no answer in time: the script may
 * then still run later, when the client has reconnected.
 */
export type RunScript = (script: string, key: string, ...args: (string | number)[]) => Promise<RedisReply>;

/**
 * The way to run scripts on a user's client.
 *
 * @param timeout Milliseconds to wait for an answer; by default both clients hold commands back for as long as they
 * are disconnected, which may be for ever.
 * @throws {InvalidRequestError} if `client` is neither of the two.
 */
export function scriptRunner(client: RedisClient, timeout: number): RunScript {
  const call = scriptCalls(client);

  const attempt: RunScript = async (script, key, ...args) => {
    const words = args.map(String);
    // The text crosses the network only when the server does not know it: at first, and after a restart.
    const reply = await call.bySha(await sha1(script), key, words).catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return call.byText(script, key, words);
      throw error;
    });
    return plainReply(reply);
  };

  return (script, key, ...args) => withTimeout(attempt(script, key, ...args), timeout);
}

type ScriptCall = (script: string, key: string, args: string[]) => Promise<unknown>;

function scriptCalls(client: RedisClient): { readonly bySha: ScriptCall; readonly byText: ScriptCall } {
  if (offers(client, 'evalSha')) {
    return {
      bySha: (sha, key, args) => client.evalSha(sha, { keys: [key], arguments: args }),
      byText: (script, key, args) => client.eval(script, { keys: [key], arguments: args }),
    };
  }
  if (offers(client, 'evalsha')) {
    return {
      bySha: (sha, key, args) => client.evalsha(sha, 1, key, ...args),
      byText: (script, key, args) => client.eval(script, 1, key, ...args),
    };
  }
  throw new InvalidRequestError(
    'The Redis client is not one of node-redis (4 or later) or ioredis (5 or later): pass the object that `createClient()` or `new Redis()` returned.',
  );
}

function offers<Method extends string>(client: unknown, method: Method): client is Record<Method | 'eval', unknown> {
  if (typeof client !== 'object' || client === null) return false;
  return [method, 'eval'].every((name) => typeof Reflect.get(client, name) === 'function');
}

const digests = new Map<string, Promise<string>>();

/** A script's name on the server. The scripts are constants of this package, so that the map stays small. */
function sha1(script: string): Promise<string> {
  let digest = digests.get(script);
  if (digest === undefined) {
    digest = crypto.subtle
      .digest('SHA-1', new TextEncoder().encode(script))
      .then((bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join(''));
    digests.set(script, digest);
  }
  return digest;
}

/** Clients may be set up to return strings as `Buffer`s, and integers as strings: read those with `Number()`. */
function plainReply(reply: unknown): RedisReply {
  if (Array.isArray(reply)) return reply.map(plainReply);
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply);
  if (typeof reply === 'string' || typeof reply === 'number') return reply;
  return null;
}

function withTimeout<T>(answer: Promise<T>, timeout: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ExampleError(`The Redis server did not answer within ${timeout} ms.`));
    }, timeout);
    void answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
