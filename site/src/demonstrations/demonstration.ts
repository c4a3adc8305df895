import type { Access, ClientRun, Scenario, ScenarioClient } from './run.ts';
import type { Band, Grid, Tone, View } from './view.ts';

/** A scenario, and how a page shows it. */
export interface Demonstration extends Scenario {
  /** The file that is shown as its job. */
  readonly file: string;
  /** How many times as fast as real time it runs. */
  readonly speed: number;
  /** The part of the time axis that is drawn in any case, in virtual milliseconds. */
  readonly span: number;
  /** What the cells stand for, such as calls. */
  readonly cells: string;
  readonly grid: Grid;
  /** Names of the charts, and what each colour in them and in the cells means. */
  readonly charts: readonly string[];
  readonly legend: Readonly<Partial<Record<Tone, string>>>;
  /** A part of the time axis that stands out. */
  readonly band?: Band;
  /** Heads of the columns of figures. */
  readonly measures: readonly string[];
  readonly view: (run: ClientRun) => View;
}

/** A client, as far as most demonstrations use it. */
export type GetUser = (id: string) => PromiseLike<unknown>;

/** The clients of a demonstration, and the job that each of them gets. */
export function clientsWith<C>(
  job: (client: C, run: ClientRun) => Promise<unknown>,
  clients: readonly (readonly [name: string, file: string, create: (access: Access) => C])[],
): ScenarioClient[] {
  return clients.map(([name, file, create]) => ({
    name,
    file,
    perform: async (run) => {
      await job(create(run.access), run);
    },
  }));
}
