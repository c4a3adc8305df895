import type { IORedisClient, NodeRedisClient } from '@example/sdk/redis';

/** Runs a command, or makes it fail in some way. */
type Fault = (run: () => unknown) => unknown;

/** A server in memory that does what this package's scripts say. The system tests run them on real servers. */
export class FakeRedis {
  readonly values = new Map<string, { readonly value: string; readonly expiresAt: number }>();
  /** Every command, without the script's text. */
  readonly commands: (readonly string[])[] = [];
  fault: Fault = (run) => run();

  readonly ioredis: IORedisClient = {
    eval: (script, _, key = '', ...args) => this.#eval(script, key, args),
    evalsha: () => undefined,
  };
  readonly nodeRedis: NodeRedisClient = {
    eval: (script, { keys: [key = ''], arguments: args }) => this.#eval(script, key, args),
    evalSha: () => undefined,
  };

  #eval(script: string, key: string, args: readonly string[]): Promise<unknown> {
    this.commands.push([key, ...args]);
    return Promise.resolve().then(() => this.fault(() => this.#run(script, key, args)));
  }

  #run(script: string, key: string, [first = '', lifetime = '', expected]: readonly string[]): unknown {
    const now = Date.now();
    const { value, expiresAt = 0 } = this.values.get(key) ?? {};
    const stored = value !== undefined && expiresAt > now ? value : undefined;
    const set = (text: string) => this.values.set(key, { value: text, expiresAt: now + Number(lifetime) });
    const handled = `handled:${first}`;
    if (script.includes("'TIME'")) return [`${Math.floor(now / 1_000)}`, `${(now % 1_000) * 1_000}`, stored ?? null];
    if (script.includes('ARGV[3]')) return stored === expected ? (set(first), 1) : 0;
    if (script.includes("'DEL'")) return Number(stored === first && this.values.delete(key));
    if (script.includes("'PTTL'")) {
      if (stored === handled) return 'claimed';
      if (stored?.startsWith('handled:')) return 'handled';
      return stored === undefined || stored === first ? (set(first), 'claimed') : expiresAt - now;
    }
    return stored === undefined || stored === first || stored === handled ? (set(handled), 1) : 0;
  }
}
