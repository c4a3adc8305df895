// Measures the CPU time (user + system) per call of each contestant, in turns. Runs in a separate process: see
// overhead.ts.
import { contestants } from './contestants.ts';

/** The cost of one round: microseconds of CPU time per call, by contestant. */
export type Round = Readonly<Record<string, number>>;

export interface Assignment {
  readonly port: number;
  readonly concurrency: number;
  readonly rounds: number;
}

// A round has many short turns, so that other load on the machine affects all contestants alike.
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
      if (id !== 'user_123') throw new Error('The client returned another user than the server sent.');
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function round(): Promise<Round> {
  const cost: Record<string, number> = {};
  for (let i = 0; i < turns; i++) {
    // Each turn starts with another contestant, so that none always follows the same one.
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
