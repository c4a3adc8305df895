// Measures the CPU time (user + system) of one call of every contestant, in turns. A process of its own: see overhead.ts.
import { contestants } from './contestants.ts';

/** What one round cost each contestant: microseconds of CPU a call, by name. */
export type Round = Readonly<Record<string, number>>;

export interface Assignment {
  readonly port: number;
  readonly concurrency: number;
  readonly rounds: number;
}

// A round is many short turns: whatever else the machine does then falls on everyone alike.
const turns = 15;
const callsATurn = 20;
const warmUpTurns = 60;

const { port, concurrency, rounds } = JSON.parse(process.argv[2] ?? '') as Assignment;
const calls = [...(await contestants(port))];

async function turn(call: () => PromiseLike<{ id: string }>): Promise<void> {
  let left = callsATurn;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const { id } = await call();
      if (id !== 'user_123') throw new Error('not what the server sent');
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function round(): Promise<Round> {
  const cost: Record<string, number> = {};
  for (let i = 0; i < turns; i++) {
    // Everyone is first once, so that nobody always follows the same one.
    for (let j = 0; j < calls.length; j++) {
      const [name, call] = calls[(i + j) % calls.length] ?? [];
      if (!name || !call) continue;
      const before = process.cpuUsage();
      await turn(call);
      const { user, system } = process.cpuUsage(before);
      cost[name] = (cost[name] ?? 0) + (user + system) / (turns * callsATurn);
    }
  }
  return cost;
}

for (let i = 0; i < warmUpTurns; i++) for (const [, call] of calls) await turn(call);
for (let i = 0; i < rounds; i++) process.send?.(await round());
process.disconnect();
