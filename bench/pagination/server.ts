// The server for `pagination.ts`, in a separate process. A list's path is `/<items>/<changes>/<name>`: its length, the
// maximum number of changes before each response after the first, and a number that identifies the list. `/projects`
// returns its pages, and `/stayed` the ids that were in it all the time.
import { createServer } from 'node:http';
import { listen } from '../../test/support/free-port.ts';
import { below, seeded } from '../../test/support/random.ts';

const created_at = '2024-01-01T00:00:00Z';
const project = (n: number) => ({ id: `proj_${n}`, name: `Project ${n}`, description: 'One of many.', created_at });

/** A list that changes while it is read, the same way in every run. New items are numbered from `length`. */
function movingList(length: number, changes: number, seed: number) {
  const numbers = Array.from({ length }, (_, index) => index);
  const random = seeded(seed);
  let [next, responses] = [length, 0];
  const change = (): void => {
    if (responses++ === 0) return;
    for (let count = below(random, changes + 1); count > 0; count--) {
      const at = below(random, numbers.length);
      if (random() < 0.5) numbers.splice(at, 0, next++);
      else numbers.splice(at, 1);
    }
  };
  return { numbers, change, stayed: () => numbers.filter((number) => number < length) };
}

const lists = new Map<string, ReturnType<typeof movingList>>();

const server = createServer((request, response) => {
  request.resume();
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, items = '', changes = '', name = '', what] = url.pathname.split('/');
  const key = `${items}/${changes}/${name}`;
  const list = lists.get(key) ?? movingList(Number(items), Number(changes), Number(name));
  lists.set(key, list);
  const page = Number(url.searchParams.get('page') ?? 1);
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 20), 100);
  const answer = () => {
    list.change();
    const { length } = list.numbers;
    const meta = { current_page: page, total_pages: Math.ceil(length / size), total_count: length };
    return { data: list.numbers.slice((page - 1) * size, page * size).map(project), meta };
  };
  const text = JSON.stringify(what === 'stayed' ? list.stayed().map((number) => project(number).id) : answer());
  // The limit is so large that no client has to wait.
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-ratelimit-limit': 1_000_000_000,
    'x-ratelimit-remaining': 999_999_999,
    'x-ratelimit-reset': Math.ceil(Date.now() / 60_000) * 60,
  });
  response.end(text);
});
server.keepAliveTimeout = 600_000;
process.send?.(await listen(server));
process.once('disconnect', () => process.exit());
