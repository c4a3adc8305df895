import type { Figures } from '../support/world/figures.ts';
import { type ClientKind, World, type WorldOptions } from '../support/world/world.ts';

/** A set-up of main street, and what it must show. */
export interface Row {
  /** Its number in the table of promises. */
  readonly row: number;
  readonly name: string;
  readonly run: (kind: ClientKind) => Promise<Figures>;
  /** The client that the goals compare with. */
  readonly beside?: 'fetch' | 'simple';
  /** Each goal, and whether it is met. */
  readonly goals: (ours: Figures, beside: Figures) => Record<string, boolean>;
}

export interface Result {
  readonly sdk: Figures;
  readonly fetch: Figures;
  readonly simple: Figures;
  readonly missed: readonly string[];
}

/** Runs a row with each client. */
export async function measure(row: Row): Promise<Result> {
  const others = { fetch: await row.run('fetch'), simple: await row.run('simple') };
  const sdk = await row.run('sdk');
  return { sdk, ...others, missed: missedGoals(row.goals(sdk, row.beside ? others[row.beside] : sdk)) };
}

/** Runs a row with the SDK, and with what its goals compare it with. */
export async function check({ run, beside, goals }: Row): Promise<Pick<Result, 'sdk' | 'missed'>> {
  const sdk = await run('sdk');
  return { sdk, missed: missedGoals(goals(sdk, beside ? await run(beside) : sdk)) };
}

export function missedGoals(goals: Record<string, boolean>): string[] {
  return Object.keys(goals).filter((goal) => goals[goal] === false);
}

/** A row whose program runs in a new world. What it returns is part of the figures. */
export function inWorld(
  options: (kind: ClientKind) => Omit<WorldOptions, 'kind'>,
  program: (world: World) => Promise<Record<string, number> | undefined> | undefined,
  group?: string,
): Row['run'] {
  return async (kind) => {
    const world = new World({ kind, ...options(kind) });
    let extra: Record<string, number> | undefined;
    await world.run(async () => void (extra = await program(world)));
    return { ...world.figures(group), extra: extra ?? {} };
  };
}

/** The figures of a run in one line. */
export function describeFigures(figures: Figures): string {
  const { errors: _, ...rest } = figures;
  return JSON.stringify(rest, (_key, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
  );
}
