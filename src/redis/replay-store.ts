import { milliseconds, wholeNumber } from '../utils/arguments.ts';
import { ExampleError } from '../errors/example-error.ts';
import { scriptRunner, type RedisClient, type RunScript } from './client.ts';
import { DEFAULT_RETENTION, type ClaimedEvent, type ReplayStore } from '../webhooks/replay-store.ts';

/** How events are claimed and remembered. */
export interface RedisReplayStoreOptions {
  /**
   * What keys begin with; the `webhook-id` follows. The API sends an event to all endpoints under one id: give each
   * endpoint that uses the same Redis a prefix of its own. Default: `example:webhook:`.
   */
  prefix?: string | undefined;
  /**
   * How long a claim outlives its process, in milliseconds: after a crash the event is taken up again that much later.
   * While handlers run it is renewed three times as often. Default: 15 000.
   */
  lease?: number | undefined;
  /** How long to remember a handled id, in milliseconds. Default: 345 600 000, four days. */
  retention?: number | undefined;
  /** How long to wait for Redis, in milliseconds; then the webhook is answered with 503. Default: 2 000. */
  timeout?: number | undefined;
}

/**
 * Remembers handled events in Redis or Valkey, for any number of processes: no two of them run handlers of the same
 * event at the same time, and one that dies in the middle loses its claim. A process that is suspended for longer than
 * `lease` loses it too: the `signal` that its handlers got is then aborted.
 *
 * @param client Your own client of node-redis or ioredis.
 * @throws {InvalidRequestError} if the client is neither, or an option makes no sense.
 *
 * @example
 * const redis = await createClient({ url: process.env.REDIS_URL }).connect();
 * const webhooks = new Webhooks({ replayStore: redisReplayStore(redis) });
 */
export function redisReplayStore(client: RedisClient, options: RedisReplayStoreOptions = {}): ReplayStore {
  const { prefix = 'example:webhook:' } = options;
  const lease = wholeNumber('lease', options.lease ?? 15_000, 1);
  const retention = wholeNumber('retention', options.retention ?? DEFAULT_RETENTION, 1);
  // An answer that comes later than the next renewal is of no use.
  const timeout = Math.min(milliseconds('timeout', options.timeout ?? 2_000), lease / 3);
  const run = scriptRunner(client, timeout);

  return {
    async claim(id) {
      const holding = new Claim(run, prefix + id, lease, retention);
      const state = await holding.renew();
      if (state === 'handled') return { status: 'handled' };
      if (state !== 'claimed') return { status: 'busy', retryAfter: state / 1_000 };
      holding.keep();
      return holding;
    },
  };
}

/** Takes a free key, or renews the own claim; says how long another's lasts. */
const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder == 'handled' then return 'handled' end
if holder and holder ~= ARGV[1] then return redis.call('PTTL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'claimed'`;

/** Another's claim is left alone: it then also has the last word. */
const COMPLETE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'handled', 'PX', ARGV[2])
return 1`;

const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

class Claim implements ClaimedEvent {
  readonly status = 'claimed';
  readonly #token = crypto.randomUUID();
  readonly #lost = new AbortController();
  readonly #run: RunScript;
  readonly #key: string;
  readonly #lease: number;
  readonly #retention: number;
  #interval: ReturnType<typeof setInterval> | undefined;
  #renewing: Promise<unknown> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(run: RunScript, key: string, lease: number, retention: number) {
    this.#run = run;
    this.#key = key;
    this.#lease = lease;
    this.#retention = retention;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Claims, or claims again. A number is how many milliseconds another's claim lasts, if it is not renewed. */
  async renew(): Promise<'claimed' | 'handled' | number> {
    const sent = performance.now();
    const state = await this.#run(CLAIM, this.#key, this.#token, this.#lease);
    if (state === 'handled') return state;
    if (state !== 'claimed') return Number(state);

    clearTimeout(this.#expiry);
    // Counted from when it was sent: the server's lease began later, and so ends later.
    this.#expiry = setTimeout(() => this.#lose(), this.#lease - (performance.now() - sent));
    return state;
  }

  /** Renews until it is completed, released or lost. */
  keep(): void {
    this.#interval = setInterval(() => {
      this.#renewing = this.renew().then(
        (state) => state === 'claimed' || this.#lose(),
        () => undefined, // Perhaps the next one gets through; if none does, the expiry tells.
      );
    }, this.#lease / 3);
  }

  async complete(): Promise<void> {
    await this.#stop();
    const noted = await this.#run(COMPLETE, this.#key, this.#token, this.#retention);
    if (Number(noted) === 0)
      throw new ExampleError('The claim was lost meanwhile: another process may have handled the event too.');
  }

  async release(): Promise<void> {
    await this.#stop();
    await this.#run(RELEASE, this.#key, this.#token);
  }

  async #stop(): Promise<void> {
    clearInterval(this.#interval);
    // A renewal on its way must not arrive after the release, which it would undo.
    await this.#renewing;
    clearTimeout(this.#expiry);
  }

  #lose(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#expiry);
    this.#lost.abort(new ExampleError('The claim of this webhook was lost: another process may handle it now.'));
  }
}
