import { documentedApi } from '../support/world/api.ts';
import { type Figures, saidBy } from '../support/world/figures.ts';
import type { Api } from '../support/world/network.ts';
import { type Call, type CallOptions, type ClientKind, World } from '../support/world/world.ts';

/** A set-up that a guide recommends, and its goals. */
export interface Row {
  /** The number of the set-up. Several rows may test it in different ways. */
  readonly row: number;
  readonly name: string;
  readonly run: (kind: ClientKind) => Promise<Figures>;
  /** The client to compare with. */
  readonly beside?: 'fetch' | 'simple';
  /** Each goal, and whether it was met. */
  readonly goals: (ours: Figures, beside: Figures) => Record<string, boolean>;
}

/** Runs a row with this SDK, with the client that its goals compare with, and with other clients. */
export async function measure({ run, beside, goals }: Row, others: readonly ClientKind[] = []) {
  const compared = beside ?? 'sdk';
  const figures = new Map<ClientKind, Figures>();
  for (const kind of new Set([...others, compared, 'sdk'] as const)) figures.set(kind, await run(kind));
  // Both clients have run.
  const met = goals(figures.get('sdk')!, figures.get(compared)!);
  return { figures, missed: Object.keys(met).filter((goal) => met[goal] === false) };
}

type Extra = Record<string, number>;

/** A row whose program runs in a new world. What it returns is part of the figures. */
export function inWorld(
  api: () => Api,
  program: (world: World) => Promise<Extra | undefined> | undefined,
  group?: string,
): Row['run'] {
  return async (kind) => {
    const world = new World({ kind, api: api() });
    const extra: Extra = {};
    await world.run(async () => void Object.assign(extra, await program(world)));
    return { ...world.figures(group), extra };
  };
}

/** The API, with a first window that is 17 s old. */
export const begunApi = (options = {}): Api => documentedApi({ begun: 17_000, ...options });
export const unlimitedApi = () => documentedApi({ limit: Infinity });

const user = (index: number) => `/users/user_${index}`;

/** Reads a user. */
export const reads = (call: Call, options?: CallOptions) => (index: number) => call('GET', user(index), options);

export const person = (index: number) => ({
  name: 'Ada',
  email: `ada-${index}@example.com`,
  password: 'secure_password',
});

/** How an API can be down, and what names this cause in an error. */
const causes = {
  '500': /\b500\b/,
  '503': /\b503\b/,
  refused: /ECONNREFUSED/,
  reset: /ECONNRESET/,
  hang: /TimeoutError/,
};
export type Down = keyof typeof causes;

export const namesCause = (fault: Down, { errors }: Figures) =>
  errors.every((error) => causes[fault].test(saidBy(error)));
