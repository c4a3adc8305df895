import { expect, it } from 'vitest';
import type { ListOptions, ListUnverifiedEvent, ProjectListParams } from '../../../src/index.ts';
import { projects, serveList, type ListServerOptions } from './list-server.ts';

/** How a list is read, and what comes of it. */
export interface Row extends Omit<ListServerOptions, 'items'> {
  /** Default: 200 projects. */
  items?: unknown[];
  list?: ProjectListParams & ListOptions;
  /** Whether the list is awaited first. */
  awaited?: true;
  /** What an iteration yields; in any order, if `before` moves the list. Default: all items. */
  yields?: unknown[];
  /** The status with which it fails after these. Default: it doesn't. */
  throws?: number | undefined;
  /** The requests, or how many they are. */
  ranges?: string[];
  sent?: number;
  /** Why the program is told that the list isn't verified. Default: it isn't told. */
  told?: ListUnverifiedEvent['reason'][];
}

const inOrder = (items: unknown[]) => items.map((item) => JSON.stringify(item)).sort();

/** A test for each row. */
export function itReads(title: string, rows: Record<string, Row>): void {
  it.each(Object.entries(rows))(title, async (_, row) => {
    const { list = {}, yields, throws, ranges, sent, told = [], awaited, ...server } = row;
    const items = server.items ?? projects(200);
    const { prefetch, ...params } = list;
    const { client, reasons, requests, ...api } = serveList({ ...server, items });
    const read = () => client.projects.list(params, { prefetch });
    const seen: unknown[] = [];
    const loop = async () => {
      for await (const item of awaited ? await read() : read()) seen.push(item);
    };
    const status = await loop().catch((error: unknown) => (error as { status: number }).status);
    const expected = yields ?? items;
    expect(server.before ? inOrder(seen) : seen).toEqual(server.before ? inOrder(expected) : expected);
    expect([status, reasons]).toEqual([throws, told]);
    if (ranges) expect(api.ranges()).toEqual(ranges);
    expect(requests.length).toBe(sent ?? requests.length);
    if (!awaited && !throws && !server.before) expect(await read().toArray()).toEqual(expected);
  });
}
