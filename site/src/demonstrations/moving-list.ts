import type { Sandbox } from '@example/sandbox';
import { projectLister as withFetch } from './clients/list-projects/fetch.ts';
import { projectLister as withKy } from './clients/list-projects/ky.ts';
import { projectLister as withSdk } from './clients/list-projects/sdk.ts';
import type { ClientRun } from './run.ts';
import { clientsWith, type Demonstration } from './demonstration.ts';
import { count, requestsOverTime, type Tone } from './view.ts';

type ListProjects = () => AsyncIterable<{ readonly id: string }>;

/** What a client has read: how often each project. */
const read = new WeakMap<ClientRun, Map<string, number>>();
/** The projects that were in the list at the start, in its order. */
const initial = new WeakMap<ClientRun, readonly string[]>();

/** A list that is read while projects are created and deleted. */
export const movingList: Demonstration = {
  file: 'moving-list',
  speed: 1,
  span: 4_000,
  api: { projects: 600 },
  latency: 400,
  afterResponse: change,
  clients: clientsWith<ListProjects>(
    async (list, run) => {
      const times = new Map<string, number>();
      read.set(run, times);
      initial.set(run, idsOf(run));
      await run.call(async () => {
        for await (const { id } of list()) times.set(id, (times.get(id) ?? 0) + 1);
      });
    },
    [
      ['@example/sdk', 'list-projects/sdk', withSdk],
      ['fetch, by hand', 'list-projects/fetch', withFetch],
      ['ky', 'list-projects/ky', withKy],
    ],
  ),
  cells: 'Projects',
  grid: { columns: 60, rows: 10 },
  charts: ['Requests'],
  legend: {
    waiting: 'not read yet',
    good: 'read once',
    warning: 'read again',
    bad: 'lost',
    gone: 'deleted meanwhile',
  },
  measures: ['Read', 'Lost', 'Read again', 'Requests'],
  view: (run) => {
    const cells = cellsOf(run);
    const lost = cells.filter((cell) => cell === 'bad').length;
    const times = [...(read.get(run)?.values() ?? [])];
    const repeated = times.filter((each) => each > 1).length;
    return {
      cells,
      charts: [requestsOverTime(run, 40)],
      figures: [count(times.length), count(lost, lost > 0), count(repeated, repeated > 0), count(run.requests.length)],
    };
  },
};

/** The same for each client: after a response, three projects are created, and after the next one, four are deleted. */
function change({ state: { projects } }: Sandbox, responses: number): void {
  if (responses % 2 === 1) for (let created = 0; created < 3; created++) projects.create();
  // The list begins with the newest ones. Spread over it, some of them are in front of where a reader is.
  else for (const { id } of projects.list().filter((_, index) => index % 150 === responses)) projects.delete(id);
}

function idsOf(run: ClientRun): string[] {
  return run.sandbox.state.projects
    .list()
    .map(({ id }) => id)
    .reverse();
}

function cellsOf(run: ClientRun): Tone[] {
  const times = read.get(run);
  const left = new Set(idsOf(run));
  return (initial.get(run) ?? []).map((id) => {
    const seen = times?.get(id) ?? 0;
    if (seen > 1) return 'warning';
    if (seen === 1) return 'good';
    if (!left.has(id)) return 'gone';
    return run.isDone ? 'bad' : 'waiting';
  });
}
