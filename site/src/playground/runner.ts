/**
 * Runs a program in a worker of its own, with the SDK, a copy of the API, and a clock that can be sped up. `fetch` is
 * the API's, and what else could send something is taken away, so that nothing leaves the page by ordinary means.
 */
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

closeWaysOut();
redirectConsole();

/** Reports what the program has done until now. */
let report = (): void => undefined;

addEventListener('message', ({ data }: MessageEvent<Command>) => {
  start(data).then(
    () => end(),
    (error: unknown) => end({ error }),
  );
});
// As in Node.js, it ends the program.
addEventListener('unhandledrejection', ({ reason }) => end({ error: reason }));

async function start({ code = '', script, speed }: Command): Promise<void> {
  // What it loads must be loaded after the clock is installed.
  const clock = installClock(globalThis, speed);
  const api = await createEnvironment();
  const known = new Map<string, string>();
  report = () => send(stateOf(api, clock.elapsed(), known));
  // From here on, errors are the program's.
  report();
  real.setInterval(report, 100);
  await run(script ?? (await import('./compile.ts')).compile(code), api.load);
  api.tryOut();
  do {
    for (const { webhooks } of api.sandboxes) await webhooks.flush();
    // The browser reports a rejection that nothing handles in a task of its own, some time after it.
    await new Promise((resolve) => real.setTimeout(resolve, 20));
  } while (clock.isAwaited());
}

/** The page ends this worker in response. */
function end(failure?: { readonly error: unknown }): void {
  report();
  send({ type: 'end', error: failure && printed([failure.error]) });
}

async function run(script: string, load: Environment['load']): Promise<void> {
  const names = new Set(Array.from(script.matchAll(/\brequire\('([^']+)'\)/g), ([, name = '']) => name));
  const modules = new Map(await Promise.all(Array.from(names, async (name) => [name, await load(name)] as const)));
  // The constructor of async functions has no name of its own.
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  const globals = { require: (name: string) => modules.get(name), exports: {} };
  // In a block, so that it may declare these names itself.
  await new AsyncFunction(...Object.keys(globals), `{${script}\n}`)(...Object.values(globals));
}

function stateOf({ sandboxes, clients }: Environment, elapsed: number, known: Map<string, string>): Report {
  const requests: ShownRequest[] = [];
  for (const [index, sandbox] of sandboxes.entries()) {
    for (const { method, target, state, status, body, response, ...request } of sandbox.requests) {
      const id = `${index} ${request.id}`;
      const version = `${state} ${status}`;
      if (known.get(id) === version) continue;
      known.set(id, version);
      requests.push({ id, method, target, state, status, body, response: response?.body });
    }
  }
  const budget = clients.findLast(({ rateLimit }) => rateLimit !== undefined)?.rateLimit;
  return {
    type: 'state',
    elapsed,
    budget: budget && { limit: budget.limit, remaining: budget.remaining, waiting: budget.waiting },
    requests,
    deliveries: sandboxes.flatMap(({ webhooks }, index) =>
      webhooks.deliveries.map(({ id, event, status, tries, body }) => {
        return { id: `${index} ${id}`, event, status, tries, body };
      }),
    ),
  };
}

function redirectConsole(): void {
  const levels: readonly Level[] = ['debug', 'error', 'info', 'log', 'warn'];
  for (const level of levels) console[level] = (...values) => send({ type: 'console', level, text: printed(values) });
}
