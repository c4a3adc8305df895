import { stripTypeScriptTypes } from 'node:module';
import { type ClientOptions, Client, type Project } from '@example/sdk';
import { importUsers } from '../../examples/import-users/import-users.ts';
import { codeOf } from '../guides/support/code-blocks.ts';
import { below, randomOf } from '../support/random.ts';
import { between, failing, failure, faults, losing } from '../support/world/api.ts';
import { newBaseUrl, type World } from '../support/world/world.ts';
import { begunApi, inWorld, person, reads, type Row } from './row.ts';

/** Row 6: a journal in memory that survives the import's runs. */
class Journal {
  readonly done = new Map<number, string>();
  has = (row: number) => (this.done.get(row) ?? 'again') !== 'again';
  add = (row: number, result: string) => void this.done.set(row, result);
  mustBeChecked = (row: number) => this.done.get(row)?.startsWith('check') ?? false;
}

/** Runs the guide's import once. Clients without a guide send a hundred rows at a time, each once. */
async function importOnce(world: World, people: readonly object[], journal: Journal): Promise<void> {
  if (world.kind === 'sdk') {
    const lines = people.map((each) => JSON.stringify(each));
    return importUsers(world.sdk({ priority: 'background' }), lines, journal);
  }
  const call = world.client();
  const rest = [...people.keys()].filter((row) => !journal.has(row));
  let failed = 0;
  const work = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const row = next;
      const created = () => journal.add(row, 'created');
      await call('POST', '/users', { body: people[row] }).then(created, () => failed++);
    }
  };
  await Promise.all(Array.from({ length: 100 }, work));
  if (failed > 0) throw new Error('Some rows have failed.');
}

const imports: Row[] = [true, false].map((refusesDuplicates) => ({
  row: 6,
  name: `1 000 POSTs through 5 s of 503, of resets, of 429s without headers; duplicates are ${refusesDuplicates ? 'refused' : 'created'}`,
  run: (kind) => {
    const created = new Map<string, number>();
    let api = failing(begunApi({ created, refusesDuplicates }), faults['503'], between(43_000, 48_000));
    api = losing(api, between(103_000, 108_000));
    api = failing(api, faults['429 without headers'], between(163_000, 168_000));
    return inWorld(
      () => api,
      async (world) => {
        let runs = 0;
        /** Starts the import again, as its operator does, until it ends well. @returns The rows to check. */
        const importAll = async (rows: readonly number[]): Promise<number[]> => {
          const journal = new Journal();
          for (let isDone = false; !isDone && runs < 40; runs++) {
            const again = () => world.clock.sleep(60_000).then(() => false);
            isDone = await importOnce(world, rows.map(person), journal).then(() => true, again);
          }
          return rows.filter((_, index) => journal.mustBeChecked(index));
        };
        const all = Array.from({ length: 1_000 }, (_, row) => row);
        const toCheck = await importAll(all);
        // As the guide says: if the API refuses duplicates, the rows to check are imported, too.
        for (let rest = toCheck; refusesDuplicates && rest.length > 0 && runs < 40;) rest = await importAll(rest);
        const counts = all.map((row) => created.get(person(row).email) ?? 0);
        return {
          created: counts.filter((users) => users > 0).length,
          twice: counts.filter((users) => users > 1).length,
          'wrong without a word': counts.filter((users, row) => users !== 1 && !toCheck.includes(row)).length,
          'to check': toCheck.length,
          runs,
          minutes: world.clock.now / 60_000,
        };
      },
    )(kind);
  },
  goals: ({ extra }): Record<string, boolean> =>
    refusesDuplicates
      ? { '1 000 created': extra['created'] === 1_000, 'none twice': extra['twice'] === 0 }
      : { 'the program knows which to check': extra['wrong without a word'] === 0 && extra['to check']! <= 50 },
}));

/**
 * Imports a guide's code block as a program. Each run has its own variables.
 *
 * @param name The name in `codeBlocks`.
 * @param given Names that the block uses but doesn't declare. Each run gets them.
 */
async function guideProgram(name: string, given: readonly string[]) {
  const body = codeOf(name).replaceAll(/^import .+$/gm, '');
  const code = stripTypeScriptTypes(`export default async ({ ${given.join(', ')} }) => {\n${body}\n};`);
  // The line above exports this.
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
    default: (given: Readonly<Record<string, unknown>>) => Promise<void>;
  };
  return module.default;
}

const tokenRecipe = await guideProgram('docs/tasks.md: Use a token that expires, 1', ['Client', 'fetchToken']);

/** The options that the recipe passes to its client. */
async function optionsOfRecipe(fetchToken: () => Promise<string>): Promise<ClientOptions> {
  let options: ClientOptions = {};
  class RecipeClient extends Client {
    constructor(given: ClientOptions) {
      options = given;
      const fetch = () => Promise.resolve(Response.json({ data: [], meta: {} }));
      super({ apiToken: 'recipe', baseUrl: newBaseUrl(), logLevel: 'off', responseValidation: 'off', fetch });
    }
  }
  await tokenRecipe({ Client: RecipeClient, fetchToken });
  return options;
}

const revokedTokens: Row[] = [true, false].map((hasHeaders) => ({
  row: 7,
  name: `token revoked while 400 calls wait, 401s ${hasHeaders ? 'with' : 'without'} headers`,
  run: inWorld(
    () => {
      const api = begunApi();
      return (request, now) => {
        const answer = api(request, now);
        if (request.token !== 'token_1' || now < 30_000) return answer;
        return failure(401, 'unauthorized', hasHeaders && 'headers' in answer ? answer.headers : {});
      };
    },
    async (world) => {
      let fetched = 0;
      const { apiToken = '' } = await optionsOfRecipe(async () => {
        const token = `token_${++fetched}`;
        await world.clock.sleep(50);
        return token;
      });
      world.burst(400, reads(world.client({ apiToken })));
      await world.clock.sleep(600_000);
      return { 'tokens fetched': fetched, '401s': world.exchanges.filter(({ outcome }) => outcome === 401).length };
    },
  ),
  goals: (ours) => ({
    '0 fail': ours.answered === 400,
    'one refresh': ours.extra['tokens fetched'] === 2,
    'no window is exceeded': ours.refused === 0,
  }),
}));

const syncRecipe = await guideProgram('docs/tasks.md: Sync every project each night, 1', ['client', 'load', 'save']);

const projectOf = (number: number): Project => {
  const name = `Project ${number}`;
  return { id: `proj_${number}`, name, description: '', created_at: '2024-01-01T00:00:00Z' };
};

/** A list that changes before each response: up to three items are created, deleted or (if sorted by that) updated. */
function changingList(order: 'created_at' | 'updated_at') {
  const random = randomOf(12);
  const projects = Array.from({ length: 5_000 }, (_, index) => projectOf(index));
  const stayed = new Set(projects.map(({ id }) => id));
  const list = begunApi({ projects });
  let created = projects.length;
  const change = () => {
    const place = below(random, projects.length);
    const which = below(random, order === 'created_at' ? 2 : 3);
    if (which === 0) return projects.unshift(projectOf(created++));
    const [project] = projects.splice(place, 1);
    return which === 1 ? stayed.delete(project!.id) : projects.unshift(project!);
  };
  const api: typeof list = (request, now) => {
    for (let changes = below(random, 4); changes > 0; changes--) change();
    return list(request, now);
  };
  return { api, stayed };
}

const syncs: Row[] = (['created_at', 'updated_at'] as const).map((order) => ({
  row: 12,
  name: `sync of 5 000 items, killed six times, while items come and go; sorted by \`${order}\`, newest first`,
  run: (kind) => {
    const { api, stayed } = changingList(order);
    const saved = new Map<string, number>();
    let [told, saves, kills] = [0, 0, 0];
    let place: string | undefined;
    const save = (data: readonly Project[], cursor: string) => {
      const isKilled = [4, 11, 12, 20, 31, 44].includes(++saves);
      // Killed before the transaction or after it.
      if (isKilled && ++kills % 2 === 0) throw new Error('killed');
      for (const { id } of data) saved.set(id, (saved.get(id) ?? 0) + 1);
      place = cursor;
      if (isKilled) throw new Error('killed');
    };
    const sync = async (world: World) => {
      if (world.kind === 'sdk') {
        const client = world.sdk().on('listUnverified', () => told++);
        return syncRecipe({ client, load: () => place, save });
      }
      const call = world.client();
      for (let page = Number(place ?? 1); ; page++) {
        // The world's API returns this.
        const { data } = (await call('GET', `/projects?page=${page}&per_page=100`)) as { data: Project[] };
        if (data.length === 0) return;
        save(data, `${page + 1}`);
      }
    };
    return inWorld(
      () => api,
      async (world) => {
        const isKilled = (error: unknown) => {
          if (!String(error).endsWith('killed')) throw error;
          return true;
        };
        while (await sync(world).then(() => false, isKilled));
        const times = [...stayed].map((id) => saved.get(id) ?? 0);
        const [missing, twice] = [times.filter((each) => each === 0).length, times.filter((each) => each > 1).length];
        return { missing, twice, told, kills, minutes: world.clock.now / 60_000 };
      },
    )(kind);
  },
  goals: ({ extra }): Record<string, boolean> => ({
    'killed six times': extra['kills'] === 6,
    ...(order === 'created_at'
      ? { '0 missing': extra['missing'] === 0, '0 twice': extra['twice'] === 0 }
      : { told: extra['told']! > 0 }),
  }),
}));

export const programs = [...imports, ...revokedTokens, ...syncs];
