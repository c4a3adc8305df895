import { throwInvalid } from '../utils/arguments.ts';
import { withTimeout } from '../utils/timing.ts';

/** The part of a node-redis client that the SDK uses (`createClient()`, `createCluster()`, …). Version 4 or later. */
export interface NodeRedisClient {
  /** Runs a script. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Not called. Only node-redis has a method of this name. */
  evalSha: unknown;
}

/** The part of an ioredis client that the SDK uses (`new Redis()`, `new Cluster()`). Version 5 or later. */
export interface IORedisClient {
  /** Runs a script. */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Not called. Only ioredis has a method of this name. */
  evalsha: unknown;
}

/** Your own node-redis or ioredis client of Redis or Valkey. You connect, configure and close it. */
export type RedisClient = NodeRedisClient | IORedisClient;

/** What a script returns: a string, an integer (a string if the client is configured so), nil, or a list. */
export type RedisReply = string | number | null | RedisReply[];

/**
 * Runs a Lua script on the server, as one atomic step.
 *
 * A script gets one key (`KEYS[1]`), so that it works in clusters. Arguments arrive as strings (`ARGV`). Rejects with
 * the client's own error, or with an {@link ExampleError} if the server doesn't reply in time. In that case, the script
 * may still run later, once the client has reconnected.
 */
export type RunScript = (script: string, key: string, ...args: (string | number)[]) => Promise<RedisReply>;

/**
 * Returns a function that runs scripts on the user's client.
 *
 * @param timeout Milliseconds to wait for a reply, or `Infinity`. By default, both clients queue commands while they
 *   are disconnected, possibly forever.
 * @throws {InvalidRequestError} when `client` is neither a node-redis nor an ioredis client.
 */
export function scriptRunner(client: RedisClient, timeout: number): RunScript {
  const evaluate = evaluatorOf(client);
  // Always with the text: all scripts together have less than a kilobyte, and the server caches each by its text.
  const attempt: RunScript = async (script, key, ...args) => plainReply(await evaluate(script, key, args.map(String)));
  return (script, key, ...args) => withTimeout(attempt(script, key, ...args), timeout, 'The Redis server');
}

function evaluatorOf(client: RedisClient): (script: string, key: string, args: string[]) => Promise<unknown> {
  if (isOf<NodeRedisClient>(client, 'evalSha'))
    return (script, key, args) => client.eval(script, { keys: [key], arguments: args });
  if (isOf<IORedisClient>(client, 'evalsha')) return (script, key, args) => client.eval(script, 1, key, ...args);
  const expected = 'what `createClient()` of node-redis (4 or later) or `new Redis()` of ioredis (5 or later) returned';
  return throwInvalid(expected, 'The Redis client', client);
}

/** Both clients have `eval`. The other method tells them apart. */
function isOf<Client extends RedisClient>(client: unknown, method: keyof Client & string): client is Client {
  if (typeof client !== 'object' || client === null) return false;
  return [method, 'eval'].every((name) => typeof Reflect.get(client, name) === 'function');
}

/** Normalizes a reply. Clients may return strings as `Buffer`s, and integers as strings: use `Number()`. */
function plainReply(reply: unknown): RedisReply {
  if (Array.isArray(reply)) return reply.map(plainReply);
  if (ArrayBuffer.isView(reply)) return new TextDecoder().decode(reply);
  if (typeof reply === 'string' || typeof reply === 'number') return reply;
  return null;
}
