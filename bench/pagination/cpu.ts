// Reads 200 000 items from a `fetch` in memory, and reports the CPU that it takes, over that of a generator that parses pages.
import { loadSdk } from '../shared/sdk.ts';

const { Client } = await loadSdk();

const length = 200_000;
const texts = Array.from({ length }, (_, index) =>
  JSON.stringify({
    id: `prj_${index}`,
    name: `Project ${index}`,
    description: 'A project',
    status: 'active',
    created_at: '2026-01-01T00:00:00Z',
  }),
);

const answer = (input: string | URL | Request): Promise<Response> => {
  const { searchParams } = new URL(input instanceof Request ? input.url : input);
  const [page, size] = [Number(searchParams.get('page')), Number(searchParams.get('per_page'))];
  const meta = { current_page: page, total_pages: Math.ceil(length / size), total_count: length };
  const data = texts.slice((page - 1) * size, page * size).join();
  const headers = { 'content-type': 'application/json' };
  return Promise.resolve(new Response(`{"data":[${data}],"meta":${JSON.stringify(meta)}}`, { headers }));
};

async function* naive(): AsyncGenerator<{ id: string }> {
  for (let page = 1; ; page++) {
    const response = await answer(`http://localhost/v1/projects?page=${page}&per_page=100`);
    const { data, meta } = JSON.parse(await response.text()) as {
      data: { id: string }[];
      meta: { total_pages: number };
    };
    yield* data;
    if (page >= meta.total_pages) return;
  }
}

const client = new Client({ apiToken: 'token', baseUrl: 'http://localhost/v1', rateLimit: false, fetch: answer });

async function cpu(items: AsyncIterable<{ id: string }>): Promise<number> {
  const before = process.cpuUsage();
  let count = 0;
  for await (const { id } of items) count += Number(id !== '');
  if (count !== length) throw new Error(`${count} items were read, not ${length}.`);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const ratios: number[] = [];
for (let round = -1; round < 9; round++) {
  const [plain, sdk] = [await cpu(naive()), await cpu(client.projects.list())];
  if (round >= 0) ratios.push(sdk / plain);
}
process.send?.(median(ratios));
process.disconnect();
