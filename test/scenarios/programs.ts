import { type ClientOptions, Client, type Project } from '@example/sdk';
import { importUsers } from '../../examples/import-users/import-users.ts';
import { below, randomOf } from '../support/random.ts';
import { guideProgram } from '../support/guide-program.ts';
import { between, documentedApi, failing, failure, faults, losing } from '../support/world/api.ts';
import type { Api } from '../support/world/network.ts';
import { type Call, newBaseUrl, World } from '../support/world/world.ts';
import { inWorld, type Row } from './row.ts';

const person = (index: number) => ({ name: 'Ada', email: `ada-${index}@example.com`, password: 'secure_password' });

/** Row 6: a journal in memory, which survives the runs of the import. */
class Journal {
  readonly done = new Map<number, string>();
  has = (row: number) => (this.done.get(row) ?? 'again') !== 'again';
  add = (row: number, result: string) => void this.done.set(row, result);
  mustBeChecked = (row: number) => this.done.get(row)?.startsWith('check') ?? false;
}

/** The same for a client without a guide: a hundred rows at a time, each once. */
async function importPlainly(call: Call, rows: readonly object[], journal: Journal): Promise<void> {
  const rest = [...rows.keys()].filter((index) => !journal.has(index));
  let failed = 0;
  const work = async () => {
    for (let index = rest.shift(); index !== undefined; index = rest.shift()) {
      const row = index;
      const add = () => journal.add(row, 'created');
      await call('POST', '/users', { body: rows[row] }).then(add, () => failed++);
    }
  };
  await Promise.all(Array.from({ length: 100 }, work));
  if (failed > 0) throw new Error('Some rows have failed.');
}

const imports: Row[] = [true, false].map((refusesDuplicates) => ({
  row: 6,
  name: `1 000 POSTs through 5 s of 503, of resets, of 429s without headers; duplicates are ${refusesDuplicates ? 'refused' : 'created'}`,
  run: (kind) => {
    const count = 1_000;
    const { receive, created } = documentedApi({ begun: 17_000, refusesDuplicates });
    const api = failing(
      losing(failing(receive, faults['503'], between(43_000, 48_000)), between(103_000, 108_000)),
      faults['429 without headers'],
      between(163_000, 168_000),
    );
    return inWorld(
      () => ({ api }),
      async (world) => {
        let runs = 0;
        /** Started again by its operator until it ends well. @returns The rows to check. */
        const importAll = async (rows: readonly number[]): Promise<number[]> => {
          const journal = new Journal();
          const people = rows.map(person);
          for (let isDone = false; !isDone && runs < 40; runs++) {
            const once = () =>
              kind === 'sdk'
                ? importUsers(
                    world.sdk({ priority: 'background' }),
                    people.map((each) => JSON.stringify(each)),
                    journal,
                  )
                : importPlainly(world.client(), people, journal);
            isDone = await once().then(
              () => true,
              () => world.clock.sleep(60_000).then(() => false),
            );
          }
          return rows.filter((_, index) => journal.mustBeChecked(index));
        };
        const toCheck = await importAll(Array.from({ length: count }, (_, row) => row));
        // As the guide says: where the API refuses duplicates, the list is imported, too.
        for (let rest = toCheck; refusesDuplicates && rest.length > 0 && runs < 40;) rest = await importAll(rest);
        const counts = Array.from({ length: count }, (_, row) => created.get(person(row).email) ?? 0);
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

const tokenRecipe = await guideProgram('docs/tasks.md: Use a token that expires, 1', ['Client', 'fetchToken']);

/** What the recipe passes to its client. */
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
  run: (kind) => {
    const { receive } = documentedApi({ begun: 17_000 });
    const api: Api = (request, now) => {
      const answer = receive(request, now);
      if (request.token !== 'token_1' || now < 30_000) return answer;
      return {
        ...failure(401, 'unauthorized'),
        ...('headers' in answer && hasHeaders ? { headers: answer.headers } : {}),
      };
    };
    return inWorld(
      () => ({ api }),
      async (world) => {
        let fetched = 0;
        const fetchToken = async () => {
          const token = `token_${++fetched}`;
          await world.clock.sleep(50);
          return token;
        };
        const { apiToken = '' } = await optionsOfRecipe(fetchToken);
        const call = world.client({ apiToken });
        world.burst(400, (index) => call('GET', `/users/user_${index}`));
        await world.clock.sleep(600_000);
        return { 'tokens fetched': fetched, '401s': world.exchanges.filter(({ outcome }) => outcome === 401).length };
      },
    )(kind);
  },
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

const syncs: Row[] = (['created_at', 'updated_at'] as const).map((order) => ({
  row: 12,
  name: `sync of 5 000 items, killed six times, while items come and go; sorted by \`${order}\`, newest first`,
  run: async (kind) => {
    const random = randomOf(12);
    const projects = Array.from({ length: 5_000 }, (_, index) => projectOf(index));
    const gone = new Set<string>();
    const { receive } = documentedApi({ begun: 17_000, projects });
    let created = projects.length;
    /** Before each response, up to three items come, go or are updated. */
    const change = () => {
      for (let changes = below(random, 4); changes > 0; changes--) {
        const place = below(random, projects.length);
        const kinds = order === 'created_at' ? 2 : 3;
        const which = below(random, kinds);
        if (which === 0) projects.unshift(projectOf(created++));
        else
          for (const project of projects.splice(place, 1)) {
            if (which === 1) gone.add(project.id);
            else projects.unshift(project);
          }
      }
    };
    const world = new World({ kind, api: (request, now) => (change(), receive(request, now)) });
    const saved = new Map<string, number>();
    let [told, saves, kills] = [0, 0, 0];
    let place: string | undefined;
    const save = (data: readonly Project[], cursor: string) => {
      const isKilled = [4, 11, 12, 20, 31, 44].includes(++saves);
      // Before its transaction, or after it.
      if (isKilled && ++kills % 2 === 0) throw new Error('killed');
      for (const { id } of data) saved.set(id, (saved.get(id) ?? 0) + 1);
      place = cursor;
      if (isKilled) throw new Error('killed');
    };
    const run = async () => {
      if (kind === 'sdk') {
        const client = world.sdk();
        client.on('listUnverified', () => told++);
        return syncRecipe({ client, load: () => place, save });
      }
      const call = world.client();
      for (let page = Number(place ?? 1); ; page++) {
        // What the world's API answers.
        const { data } = (await call('GET', `/projects?page=${page}&per_page=100`)) as { data: Project[] };
        if (data.length === 0) return;
        save(data, `${page + 1}`);
      }
    };
    const figures = await world.run(async () => {
      for (let isDone = false; !isDone;) {
        isDone = await run().then(
          () => true,
          (error: unknown) => {
            if (!String(error).endsWith('killed')) throw error;
            return false;
          },
        );
      }
    });
    const stayed = Array.from({ length: 5_000 }, (_, index) => projectOf(index).id).filter((id) => !gone.has(id));
    const missing = stayed.filter((id) => !saved.has(id)).length;
    const twice = stayed.filter((id) => (saved.get(id) ?? 0) > 1).length;
    return { ...figures, extra: { missing, twice, told, kills, minutes: world.clock.now / 60_000 } };
  },
  goals: ({ extra }): Record<string, boolean> =>
    order === 'created_at'
      ? {
          '0 missing': extra['missing'] === 0,
          '0 twice': extra['twice'] === 0,
          'killed six times': extra['kills'] === 6,
        }
      : { told: extra['told']! > 0, 'killed six times': extra['kills'] === 6 },
}));

export const programs = [...imports, ...revokedTokens, ...syncs];
