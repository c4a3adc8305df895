import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rateLimitStep } from '../../src/rate-limit/shared-budget.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from '../../src/rate-limit/store.ts';
import { stepFunction } from '../../src/redis/rate-limit-script.ts';
import { firstRequest } from '../rate-limit/support/store-requests.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';

/** The same histories in each run; others with `SEED=7`. */
const seed = Number(process.env['SEED'] ?? 1);

/** The step alone, at a time that is passed in. */
const script = `${stepFunction}
local stored = redis.call('GET', KEYS[1])
local budget, expiresIn, reply = step(stored and cjson.decode(stored), cjson.decode(ARGV[1]), tonumber(ARGV[2]))
redis.call('SET', KEYS[1], cjson.encode(budget))
return { cjson.encode(budget), tostring(expiresIn), cjson.encode(reply) }
`;

const count = (max: number) => fc.oneof(fc.constant(0), fc.nat(max));
const seldom = fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

/** A sync of one process: anything that a process could say, and much that it would not. */
const sync = fc.record({
  /** Milliseconds since the sync before; clocks may also be set back. */
  pause: fc.oneof(
    { weight: 6, arbitrary: fc.nat(3_000) },
    { weight: 2, arbitrary: fc.nat(30_000) },
    { weight: 1, arbitrary: fc.constantFrom(0, 59_000, -500, -5_000) },
  ),
  process: fc.constantFrom('a', 'b', 'c', 'd'),
  /** Whether it knows the generation of the last reply to it, of the last reply to anyone, or none. */
  knows: fc.constantFrom('own', 'own', 'own', 'last', 'none'),
  wanted: count(60),
  background: count(60),
  available: count(10),
  inFlight: count(10),
  sent: count(60),
  sentNormal: count(30),
  limit: fc.constantFrom(100, 100, 20, 7),
  used: count(100),
  /** The window of the API that it knows, 0 if none. */
  window: fc.constantFrom(0, 1, 1, 1, 2, 2, 3),
  /** Seconds by which its reset differs, as servers round. */
  rounding: fc.constantFrom(0, 0, 1, -1),
  rolledOver: seldom,
  probeFailed: seldom,
  boundaryIn: fc.oneof({ weight: 1, arbitrary: fc.constantFrom(-1, 0) }, { weight: 4, arbitrary: fc.nat(60_000) }),
  blockedFor: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5_000) }),
  processes: fc.integer({ min: 1, max: 8 }),
});

describe.each<RedisServerProgram>(['redis-server', 'valkey-server'])('the script on %s', (program) => {
  describe.runIf(canRun(program))('when it is installed', () => {
    let server: RedisServer;
    let redis: Redis;
    beforeAll(async () => {
      server = await RedisServer.start(program);
      redis = new Redis(server.url);
    });
    afterAll(async () => {
      redis.disconnect();
      await server.kill();
    });

    it('takes the same steps as rateLimitStep', async () => {
      let grants = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(sync, { minLength: 1, maxLength: 60 }), async (syncs) => {
          await redis.flushall();
          const known = new Map<string, number>();
          let last = 0;
          let state: string | undefined;
          let now = 1_700_000_123_456;
          for (const { pause, knows, window, rounding, ...facts } of syncs) {
            now += pause;
            const generation = { own: known.get(facts.process) ?? 0, last, none: 0 }[knows];
            const reset = window === 0 ? 0 : 1_700_000_000.123 + 60 * window + rounding;
            const request: RateLimitStoreRequest = { ...facts, generation, reset };

            const step = rateLimitStep(state, request, now);
            // The script above returns three strings.
            const output = (await redis.eval(script, 1, 'key', JSON.stringify(request), now)) as string[];

            const [budget, expiresIn, reply] = output.map((text): unknown => JSON.parse(text));
            expect(reply).toEqual(step.reply);
            expect(budget).toEqual(JSON.parse(step.state));
            expect(expiresIn).toBe(step.expiresIn);
            ({ state } = step);
            last = step.reply.generation;
            known.set(facts.process, last);
            grants += step.reply.granted;
          }
        }),
        { numRuns: 300, seed },
      );
      expect(grants).toBeGreaterThan(5_000);
    });

    it('returns what the store resolves to', async () => {
      const reply = (await redis.eval(script, 1, 'other', JSON.stringify(request), 1_700_000_123_456)) as string[];
      expect(JSON.parse(reply[2]!)).toEqual({
        generation: 1_700_000_123_456,
        granted: 10,
        limit: 100,
        used: 10,
        reset: 0,
        boundaryIn: -1,
        blockedFor: 0,
        processes: 1,
        nextSyncIn: 0,
      } satisfies RateLimitStoreReply);
    });
  });
});

/** The first sync of a process that knows nothing and has many calls to make. */
const request = firstRequest('a', { wanted: 200 });
