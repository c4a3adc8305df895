import type { ClientOptions } from '@example/sdk';
import { between, faults, failing } from '../support/world/api.ts';
import { newBaseUrl, World } from '../support/world/world.ts';
import { begunApi, type Down, namesCause, reads, type Row, unlimitedApi } from './row.ts';

// Outages beyond row 3: any number of calls, routes and tokens, and any options.

/** This many calls at once to an API that is down forever. */
interface Dead {
  readonly fault: Down;
  readonly count: 1 | 20 | 500;
  readonly isWarm?: boolean;
  readonly options?: ClientOptions;
  readonly tokens?: number;
  readonly routes?: number;
}

export function downForEver({ fault, count, isWarm = false, options = {}, tokens = 1, routes = 1 }: Dead): Row {
  // In a known window, only the calls that fit into it wait for the outage alone. If requests used the window up, the
  // next one begins after 43 s. Refused connections sent no request.
  const windows = isWarm && count === 500 ? 50 + (fault === 'refused' ? 0 : 43) : 0;
  const usual = (count === 1 ? 5 : 13) + (fault === 'hang' ? 4 : 0) + windows;
  const within = options.totalTimeout === undefined ? usual : 5.1;
  const most = count === 500 ? 550 : 40;
  const set = JSON.stringify(options).replaceAll(/[{}"]/g, '');
  const parts = [set && `\`${set}\``, tokens > 1 && `${tokens} tokens`, routes > 1 && `${routes} routes`];
  return {
    row: 3,
    name: [`${fault}, ${count} at once, ${isWarm ? 'warm' : 'cold'}`, ...parts.filter((part) => part)].join(', '),
    run: (kind) => {
      const isPaced = options.rateLimit !== false;
      const api = failing(isPaced ? begunApi() : unlimitedApi(), faults[fault], between(1_000, Infinity));
      const world = new World({ kind, api, options, isPaced });
      return world.run(async () => {
        const apiTokens = Array.from({ length: tokens }, (_, index) => `token_${index}`);
        const baseUrl = newBaseUrl();
        const calls = apiTokens.map((apiToken) => world.client({ baseUrl, apiToken }));
        if (isWarm) await reads(calls[0]!)(0);
        await world.clock.sleep(1_000 - (isWarm ? 40 : 0));
        const path = (index: number) => (routes > 1 ? `/r${index % routes}/${index}` : `/users/user_${index}`);
        world.burst(count, (index) => calls[index % tokens]!('GET', path(index), { timeout: 2_000 }));
      });
    },
    goals: (ours) => ({
      [`all reject within ${within} s`]: ours.answered === 0 && ours.lastRejection <= within,
      'true cause': namesCause(fault, ours),
      [`≤ ${most} requests`]: ours.requests <= most,
      'nothing blames the limit': !Object.keys(ours.rejected).some((label) => label.startsWith('RateLimit')),
    }),
  };
}

const unpaced = { rateLimit: false } as const;
const cases = (['500', 'refused', 'hang'] as const).flatMap((fault): Dead[] => [
  { fault, count: 500 },
  { fault, count: 500, isWarm: true },
  { fault, count: 500, tokens: 200 },
  { fault, count: 500, options: unpaced },
  { fault, count: 500, options: unpaced, tokens: 200, routes: 500 },
  { fault, count: 20, options: { maxRetries: 0 } },
  { fault, count: 20, options: { rateLimit: { maxWait: 2_000 } } },
  { fault, count: 20, options: { totalTimeout: 5_000 } },
]);

/** An outage that is soon over. */
const blips = (['503', 'reset'] as const).flatMap((fault) =>
  [0, 100].map((pause): Row => ({
    row: 3,
    name: `${fault} for 3 s, ${pause === 0 ? '500 at once' : `a call each ${pause} ms`}`,
    run: (kind) => {
      const api = failing(unlimitedApi(), faults[fault], between(2_000, 5_000));
      const world = new World({ kind, api, options: unpaced, isPaced: false });
      return world.run(async () => {
        const read = reads(world.client());
        await read(0);
        if (pause > 0) return world.every(pause, 6_000 / pause, read);
        await world.clock.sleep(2_060);
        world.burst(500, read);
      });
    },
    goals: (ours) => ({ 'all answered': ours.answered === ours.calls }),
  })),
);

export const outages: readonly Row[] = [...cases.map(downForEver), ...blips];
