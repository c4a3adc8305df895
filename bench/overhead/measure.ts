// Measures one client's CPU time (user + system) per call, one turn at a time. Each client has its own process: see
// overhead.ts.
import { clients } from '../shared/clients.ts';

export interface Assignment {
  readonly name: string;
  readonly port: number;
  readonly concurrency: number;
}

const callsATurn = 20;
const warmUpTurns = 60;

const { name, port, concurrency } = JSON.parse(process.argv[2] ?? '') as Assignment;
const call = await clients[name]?.(port);
if (!call) throw new Error(`There is no client ${name}.`);
const getUser = call;

async function turn(): Promise<void> {
  let left = callsATurn;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const { id } = await getUser('user_123');
      if (id !== 'user_123') throw new Error('The client returned another user than the server sent.');
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** Microseconds of CPU time per call. */
async function cost(): Promise<number> {
  const before = process.cpuUsage();
  await turn();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / callsATurn;
}

for (let i = 0; i < warmUpTurns; i++) await turn();
process.send?.('ready');
process.on('message', () => void cost().then((microseconds) => process.send?.(microseconds)));
