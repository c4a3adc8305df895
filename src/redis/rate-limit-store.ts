import type { RateLimitStore, RateLimitStoreReply } from '../rate-limit/store.ts';
import { type RedisClient, scriptRunner } from './client.ts';

/** How {@link redisRateLimitStore} uses the server. */
export interface RedisRateLimitStoreOptions {
  /** What its keys begin with. Default: `example-sdk:rate-limit:`. */
  readonly prefix?: string | undefined;
}

/**
 * Shares the rate limit among all processes that use the same Redis (6 or later) or Valkey server, so that together
 * they send what the API allows, and no more.
 *
 * It keeps one small hash per token, named by a hash of token and base URL, and lets it expire. If the server can't be
 * reached, no call fails: each process then paces itself, until it can.
 *
 * @param client Your own client, of node-redis or ioredis, single server or cluster.
 * @example
 * const redis = await createClient().connect();
 * const client = new Client({ rateLimit: { store: redisRateLimitStore(redis) } });
 * @throws {InvalidRequestError} if `client` is neither of the two.
 */
export function redisRateLimitStore(client: RedisClient, options: RedisRateLimitStoreOptions = {}): RateLimitStore {
  // The limiter does not wait as long as this; it only lets go of what a dead connection holds back.
  const run = scriptRunner(client, 10_000);
  const prefix = options.prefix ?? 'example-sdk:rate-limit:';

  return {
    async sync(key, request) {
      const { generation, wanted, returned, inFlight, limit, used, reset } = request;
      const news = request.rolledOver ? 1 : request.probeFailed ? 2 : 0;
      const durations = [Math.ceil(request.boundaryIn), Math.ceil(request.blockedFor)];
      const numbers = [generation, wanted, returned, inFlight, limit, used, reset, news, ...durations];
      const reply = await run(script, prefix + key, ...numbers);
      return replyOf(Array.isArray(reply) ? reply.map(Number) : []);
    },
  };
}

function replyOf(numbers: readonly number[]): RateLimitStoreReply {
  const [generation, granted, limit, used, reset, boundaryIn, blockedFor, processes] = numbers;
  if (
    generation === undefined ||
    granted === undefined ||
    limit === undefined ||
    used === undefined ||
    reset === undefined ||
    boundaryIn === undefined ||
    blockedFor === undefined ||
    processes === undefined
  ) {
    throw new TypeError('The rate-limit script gave no list of eight numbers.');
  }
  return { generation, granted, limit, used, reset, boundaryIn, blockedFor, processes };
}

/**
 * The window as all processes see it. Fields of the hash: v version, r reset, l limit, u used or granted, s the most
 * that the API said was used, t when the window is worth a try, e whether such a try was too early, p until when a
 * process is trying, c until when the API refuses everything, n processes that asked in this window, m those in the
 * one before, f whether others use the token who don't share. Times are the server's, in milliseconds.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local version, want, unused, inFlight = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local limit, used, reset, news = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local over, closed = tonumber(ARGV[9]), tonumber(ARGV[10])

local w = {}
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do w[stored[i]] = tonumber(stored[i + 1]) end
local turned, early = news == 1, news == 2
local known = version == w.v

local function open(usedUp)
  w = { v = math.max(now, (w.v or 0) + 1), r = reset, l = limit, u = usedUp, s = used, t = 0, e = 0, p = 0,
    c = w.c or 0, n = 0, m = w.n or 0, f = 0 }
  if over >= 0 then w.t = now + over end
end

local isNew = true
if not w.v then
  open(used + inFlight)
elseif known and turned and w.r > 0 then
  -- At the turn, each process adds what it has under way; before it, a bucket has refilled and all grants still hold.
  if now >= w.t then open(used + inFlight) else open(used + math.max(0, w.u - w.s)) end
elseif reset > w.r + 1 and w.r > 0 then
  open(used + inFlight)
else
  isNew = false
  if known then w.u = math.max(w.s, w.u - unused) else w.u = w.u + inFlight end
  -- A process that has not heard of this window may mean the one before, which ended a second earlier.
  if reset > 0 and (reset >= w.r or known and reset >= w.r - 1) then
    if w.r == 0 then
      w.r = reset
      if over >= 0 then w.t = now + over end
    end
    w.l = limit
    w.s = math.max(w.s, used)
    if used > w.u then w.u = used; w.f = 1 end
    if early and known then
      w.t = now + math.max(over, 1); w.e = 1; w.p = 0
    elseif over >= 0 and w.e == 0 and known then
      if w.t == 0 then w.t = now + over else w.t = math.min(w.t, now + over) end
    end
  end
end
if closed > 0 and (known or isNew) then w.c = math.max(w.c, now + closed) end
if want > 0 and (isNew or not known) then w.n = w.n + 1 end

local granted = 0
local sharers = math.max(1, w.n, w.m)
if want > 0 and w.c <= now then
  if w.t > 0 and now >= w.t then
    if w.p <= now then granted = 1; w.p = now + 2000 end
  else
    local left = w.l - w.u
    -- While nothing is known of the budget, a few requests are enough to find out.
    if w.r == 0 then left = math.min(w.l, 10) - w.u end
    if left > 0 then
      -- Others may come; those who don't share may be quick.
      local part = math.ceil(left / (math.max(2, sharers) * (1 + w.f)))
      granted = math.min(want, part)
      w.u = w.u + granted
    end
  end
end

local life = 120000
if w.t > now then life = life + w.t - now end
redis.call('HSET', KEYS[1], 'v', w.v, 'r', w.r, 'l', w.l, 'u', w.u, 's', w.s, 't', w.t, 'e', w.e, 'p', w.p,
  'c', w.c, 'n', w.n, 'm', w.m, 'f', w.f)
redis.call('PEXPIRE', KEYS[1], life)
local untilOver = -1
if w.t > 0 then untilOver = math.max(0, w.t - now) end
return { string.format('%.0f', w.v), granted, w.l, w.u, string.format('%.3f', w.r), untilOver, math.max(0, w.c - now), sharers }
`;
