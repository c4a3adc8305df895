import { Client, ExampleError } from '@example/sdk';
import type { Random } from './random.ts';
import type { Server } from './servers.ts';

/** An item, as a client gets it. Its name tells the judge which it is, whatever its id may be. */
export interface Named {
  readonly name: string;
}

export interface ReadOptions {
  readonly perPage: number | undefined;
  readonly prefetch: number | undefined;
  readonly cursor?: string | undefined;
}

/** A client that can read a list. */
export interface Reader {
  items(options: ReadOptions): AsyncIterable<Named>;
  pages(options: ReadOptions): AsyncIterable<{ readonly data: readonly Named[]; readonly cursor: string }>;
  toArray(options: ReadOptions, limit: number | undefined): Promise<readonly Named[]>;
  /** Page after page, as `hasNextPage()` and `getNextPage()` give them. */
  awaitedPages(options: ReadOptions): AsyncIterable<{ readonly data: readonly Named[] }>;
}

/** Makes a client that calls `onUnverified` when it can't prove what it read. */
export type Connect = (server: Server, onUnverified: () => void) => Reader;

/** Connects the client of this SDK. */
export const connectSdk: Connect = (server, onUnverified) => {
  const client = new Client({
    apiToken: 'token',
    baseUrl: 'https://api.example.com/v1',
    fetch: server.fetch,
    rateLimit: false,
    maxRetries: 0,
    logLevel: 'off',
  });
  client.on('listUnverified', onUnverified);
  const list = ({ perPage, prefetch, cursor }: ReadOptions) =>
    client.list<Named>('/projects', { query: { per_page: perPage }, prefetch, cursor });
  return {
    items: list,
    pages: (options) => list(options).pages(),
    toArray: (options, limit) => list(options).toArray({ limit }),
    async *awaitedPages(options) {
      let page = await list(options);
      yield page;
      while (page.hasNextPage()) yield (page = await page.getNextPage());
    },
  };
};

/** How a program reads a list. */
export interface Way {
  readonly name: string;
  readonly read: 'items' | 'toArray' | 'pages' | 'getNextPage' | 'resumed' | 'broken off';
  readonly perPage?: number;
  readonly prefetch?: number;
  readonly limit?: number;
}

export const ways: readonly Way[] = [
  { name: 'for await', read: 'items' },
  ...[1, 4, 8].map((prefetch) => ({ name: `prefetch ${prefetch}`, read: 'items', prefetch }) as const),
  ...[50, 37, 20, 1].map((perPage) => ({ name: `per_page ${perPage}`, read: 'items', perPage }) as const),
  { name: 'toArray', read: 'toArray' },
  { name: 'toArray with a limit', read: 'toArray', limit: 60 },
  { name: 'pages', read: 'pages' },
  { name: 'pages, per_page 50, prefetch 4', read: 'pages', perPage: 50, prefetch: 4 },
  { name: 'getNextPage', read: 'getNextPage' },
  { name: 'resumed after every page', read: 'resumed' },
  { name: 'resumed after every page, per_page 37', read: 'resumed', perPage: 37 },
  { name: 'broken off and resumed', read: 'broken off' },
  { name: 'broken off and resumed, prefetch 4', read: 'broken off', prefetch: 4 },
];

/** What a program got. */
export interface Outcome {
  /** The keys of the items, in the order in which they came. */
  readonly keys: number[];
  wasTold: boolean;
  /** The program stopped here, and went on with a new client: how much it had read, and whether it had been told. */
  readonly stops: { readonly read: number; readonly wasTold: boolean }[];
  error?: Error;
}

/** Whether an error says where to go on, so that nothing is lost. */
export const hasCursor = (error: unknown): boolean => error instanceof ExampleError && error.cursor !== undefined;

/** Reads the list of a server in one way. */
export async function walk(server: Server, connect: Connect, way: Way, random: Random): Promise<Outcome> {
  const outcome: Outcome = { keys: [], wasTold: false, stops: [] };
  try {
    await read(way, () => connect(server, () => (outcome.wasTold = true)), outcome, random);
  } catch (error) {
    outcome.error = error instanceof Error ? error : new Error(String(error));
  }
  return outcome;
}

async function read(way: Way, connect: () => Reader, outcome: Outcome, random: Random): Promise<void> {
  const options: ReadOptions = { perPage: way.perPage, prefetch: way.prefetch };
  const take = (items: readonly Named[]) => outcome.keys.push(...items.map(({ name }) => Number(name)));
  switch (way.read) {
    case 'items':
      for await (const item of connect().items(options)) take([item]);
      return;
    case 'toArray':
      take(await connect().toArray(options, way.limit));
      return;
    case 'pages':
      for await (const page of connect().pages(options)) take(page.data);
      return;
    case 'getNextPage':
      for await (const page of connect().awaitedPages(options)) take(page.data);
      return;
    case 'resumed':
    case 'broken off': {
      // Reads some pages with each client: one, or up to four and then the rest.
      let pagesToRead = way.read === 'resumed' ? 1 : 1 + random.below(4);
      let cursor: string | undefined;
      for (;;) {
        let isStopped = false;
        for await (const page of connect().pages({ ...options, cursor })) {
          take(page.data);
          ({ cursor } = page);
          if (page.data.length > 0) pagesToRead -= 1;
          isStopped = pagesToRead === 0;
          if (isStopped) break;
        }
        if (!isStopped) return;
        outcome.stops.push({ read: outcome.keys.length, wasTold: outcome.wasTold });
        pagesToRead = way.read === 'resumed' ? 1 : Infinity;
      }
    }
  }
}
