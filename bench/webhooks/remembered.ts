/** How long `handler()` takes with `sqliteReplayStore`, by the number of events that its file remembers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { loadSqlite, loadWebhooks } from '../shared/sdk.ts';

/** Numbers of events. */
export const remembered = [1_000, 10_000, 100_000, 1_000_000] as const;

/** Webhooks in a round, and rounds. The files take turns, so that what else the machine does affects all of them. */
const [webhooks, rounds] = [100, 41];

const secret = `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`;

export interface RememberedRow {
  readonly events: number;
  /** Milliseconds per webhook: the median of the rounds. */
  readonly duration: number;
  /** Divided by that with the fewest events in the same round: the median. */
  readonly ratio: number;
}

export async function measureRemembered(): Promise<RememberedRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-webhooks-'));
  try {
    const rounders = await Promise.all(remembered.map((events) => rounder(join(folder, `${events}.db`), events)));
    const durations: number[][] = [];
    for (let round = -5; round < rounds; round++) {
      const row: number[] = [];
      for (const measure of rounders) row.push(await measure());
      if (round >= 0) durations.push(row);
    }
    return remembered.map((events, index) => ({
      events,
      duration: median(durations.map((row) => row[index] ?? NaN)),
      ratio: median(durations.map((row) => (row[index] ?? NaN) / (row[0] ?? NaN))),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fills a file, and returns a function that handles some webhooks and resolves to the milliseconds per webhook. */
async function rounder(path: string, events: number): Promise<() => Promise<number>> {
  const [{ Webhooks, signWebhook }, { sqliteReplayStore }] = await Promise.all([loadWebhooks(), loadSqlite()]);
  const replayStore = sqliteReplayStore(path);
  const database = new DatabaseSync(path);
  // One event a second for the past, as a service that has run for days would have them.
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :events)
       INSERT INTO example_sdk_webhook_event SELECT 'abcdefghijklmnop:msg_' || hex(randomblob(16)), NULL, i, :end + i * 1000 FROM n`,
    )
    .run({ events, end: Date.now() + 60_000_000 });
  database.close();

  const receiver = new Webhooks({ secret, replayStore, logLevel: 'off' });
  receiver.on('user.created', () => undefined);
  const handle = receiver.handler();
  const data = { id: 'user_123', name: 'John Doe', email: 'john@example.com' };
  const body = JSON.stringify({ event: 'user.created', data, timestamp: '2024-01-01T00:00:00Z' });
  return async () => {
    const requests: Request[] = [];
    for (let count = 0; count < webhooks; count++) {
      const headers = await signWebhook({ body, secret });
      requests.push(new Request('https://shop.example/webhooks', { method: 'POST', body, headers }));
    }
    const begin = performance.now();
    for (const request of requests) {
      const { status } = await handle(request);
      if (status !== 204) throw new Error(`A webhook was answered with ${status}.`);
    }
    return (performance.now() - begin) / webhooks;
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
