import { Client, ExampleError, type ListPromise } from '@example/sdk';
import { below, type Random } from '../../support/random.ts';
import type { Server } from './servers.ts';

/** An item, as a client gets it. Its name tells the judge which it is, whatever its id may be. */
export interface Named {
  readonly name: string;
}

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
export async function walk(server: Server, way: Way, random: Random): Promise<Outcome> {
  const outcome: Outcome = { keys: [], wasTold: false, stops: [] };
  /** The list of the server, with a new client. */
  const list = (cursor?: string): ListPromise<Named> => {
    const { fetch } = server;
    const client = new Client({ apiToken: 'token', fetch, rateLimit: false, maxRetries: 0, logLevel: 'off' });
    client.on('listUnverified', () => (outcome.wasTold = true));
    return client.list('/projects', { query: { per_page: way.perPage }, prefetch: way.prefetch, cursor });
  };
  try {
    await read(way, list, outcome, random);
  } catch (error) {
    outcome.error = error instanceof Error ? error : new Error(String(error));
  }
  return outcome;
}

async function read(
  way: Way,
  list: (cursor?: string) => ListPromise<Named>,
  outcome: Outcome,
  random: Random,
): Promise<void> {
  const take = (items: readonly Named[]) => outcome.keys.push(...items.map(({ name }) => Number(name)));
  switch (way.read) {
    case 'items':
      for await (const item of list()) take([item]);
      return;
    case 'toArray':
      take(await list().toArray({ limit: way.limit }));
      return;
    case 'pages':
      for await (const page of list().pages()) take(page.data);
      return;
    case 'getNextPage': {
      let page = await list();
      take(page.data);
      while (page.hasNextPage()) take((page = await page.getNextPage()).data);
      return;
    }
    case 'resumed':
    case 'broken off': {
      // Reads some pages with each client: one, or up to four and then the rest.
      let pagesToRead = way.read === 'resumed' ? 1 : 1 + below(random, 4);
      let cursor: string | undefined;
      for (;;) {
        let isStopped = false;
        for await (const page of list(cursor).pages()) {
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
