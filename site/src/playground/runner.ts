/**
 * Runs a program in a worker of its own, with the SDK, a copy of the API, and a clock that can be sped up. `fetch` is
 * the API's, and what else could send something is taken away, so that nothing leaves the page by ordinary means.
 */
import { transform } from 'sucrase';
import { installClock } from './clock.ts';
import { createEnvironment, type Environment } from './environment.ts';
import type { Command, Level, Report, ShownRequest } from './messages.ts';
import { printed } from './printed.ts';
import { closeWaysOut } from './ways-out.ts';

const real = {
  setTimeout: setTimeout.bind(globalThis),
  setInterval: setInterval.bind(globalThis),
};
const send = (report: Report) => postMessage(report);

const clock = installClock(globalThis, 1);
closeWaysOut();
redirectConsole();

let environment: Environment | undefined;
/** Reports what the program has done until now. */
let report = (): void => undefined;

addEventListener('message', ({ data }: MessageEvent<Command>) => {
  if (data.type === 'run') start(data).then(() => end(), end);
  else if (data.type === 'speed') clock.speed = data.speed;
  else environment?.setTrouble(data.trouble);
});
// As in Node.js, it ends the program.
addEventListener('unhandledrejection', ({ reason }) => end(reason ?? new Error('Unhandled rejection')));

async function start({ code, speed, trouble }: Extract<Command, { type: 'run' }>): Promise<void> {
  // What it loads must be loaded after the clock is installed.
  const api = await createEnvironment(trouble);
  environment = api;
  clock.speed = speed;
  const began = clock.now();
  const known = new Map<string, string>();
  report = () => send(stateOf(api, clock.now() - began, known));
  // From here on, errors are the program's.
  report();
  real.setInterval(report, 100);
  await run(code, api.load);
  await api.tryOut();
  for (const { webhooks } of api.sandboxes) await webhooks.flush();
  // The browser reports a rejection that nothing handles in a task of its own, some time after it.
  await new Promise((resolve) => real.setTimeout(resolve, 20));
}

/** The page ends this worker in response. */
function end(error?: unknown): void {
  report();
  send({ type: 'end', error: error === undefined ? undefined : printed([error]) });
}

async function run(code: string, load: Environment['load']): Promise<void> {
  const { code: script } = transform(code, { transforms: ['typescript', 'imports'], production: true });
  const names = new Set(Array.from(script.matchAll(/\brequire\('([^']+)'\)/g), ([, name = '']) => name));
  const modules = new Map(await Promise.all(Array.from(names, async (name) => [name, await load(name)] as const)));
  // The constructor of async functions has no name of its own.
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction('require', 'exports', script)((name: string) => modules.get(name), {});
}

function stateOf({ sandboxes, clients }: Environment, elapsed: number, known: Map<string, string>): Report {
  const requests: ShownRequest[] = [];
  for (const [index, sandbox] of sandboxes.entries()) {
    for (const {
      method,
      target,
      state,
      status,
      body,
      received_at,
      remaining,
      response,
      ...request
    } of sandbox.requests) {
      const id = `${index} ${request.id}`;
      const version = `${state} ${status}`;
      if (known.get(id) === version) continue;
      known.set(id, version);
      requests.push({ id, method, target, state, status, body, received_at, remaining, response: response?.body });
    }
  }
  const budget = clients.findLast(({ rateLimit }) => rateLimit !== undefined)?.rateLimit;
  return {
    type: 'state',
    elapsed,
    budget: budget && { limit: budget.limit, remaining: budget.remaining, waiting: budget.waiting },
    requests,
    deliveries: sandboxes.flatMap(({ webhooks }) =>
      webhooks.deliveries.map(({ id, event, status, tries, body }) => ({ id, event, status, tries, body })),
    ),
  };
}

function redirectConsole(): void {
  const levels: readonly Level[] = ['debug', 'error', 'info', 'log', 'warn'];
  for (const level of levels) console[level] = (...values) => send({ type: 'console', level, text: printed(values) });
}
