// The server for `pagination.ts`, in a separate process. The path of a list is `/<items>/<changes>/<name>`: the length of the
// list, how many items are created or deleted before each response but the first, and a name that makes it a list of its own.
// Its `/projects` is the list, its `/stayed` the ids that were in it all the time.
import { createServer } from 'node:http';
import { listen } from '../../test/support/free-port.ts';
import { seeded } from '../../test/support/random.ts';

const created_at = '2024-01-01T00:00:00Z';
const project = (n: number) => ({ id: `proj_${n}`, name: `Project ${n}`, description: 'One of many.', created_at });

/** A list that changes while it is read, the same way in every run. */
class MovingList {
  readonly numbers: number[];
  readonly stayed: Set<number>;
  readonly #random: () => number;
  readonly #changes: number;
  #next: number;
  #responses = 0;

  constructor(length: number, changes: number, seed: number) {
    this.numbers = Array.from({ length }, (_, index) => index);
    this.stayed = new Set(this.numbers);
    this.#next = length;
    this.#changes = changes;
    this.#random = seeded(seed);
  }

  change(): void {
    this.#responses += 1;
    if (this.#responses === 1) return;
    for (let count = Math.floor(this.#random() * (this.#changes + 1)); count > 0; count--) {
      const at = Math.floor(this.#random() * this.numbers.length);
      if (this.#random() < 0.5) this.numbers.splice(at, 0, this.#next++);
      else for (const gone of this.numbers.splice(at, 1)) this.stayed.delete(gone);
    }
  }
}

const lists = new Map<string, MovingList>();

const server = createServer((request, response) => {
  request.resume();
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, items = '', changes = '', name = '', what] = url.pathname.split('/');
  const answer = (body: unknown): void => {
    const text = JSON.stringify(body);
    // The budget is so large that no client has a reason to wait.
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'x-ratelimit-limit': 1_000_000_000,
      'x-ratelimit-remaining': 999_999_999,
      'x-ratelimit-reset': Math.ceil(Date.now() / 60_000) * 60,
    });
    response.end(text);
  };

  const page = Number(url.searchParams.get('page') ?? 1);
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 20), 100);
  const start = (page - 1) * size;
  let length = Number(items);
  let numbers: number[];
  if (changes === '0') {
    numbers = Array.from({ length: Math.max(0, Math.min(size, length - start)) }, (_, index) => start + index);
  } else {
    const moving = lists.get(`${changes}/${name}`) ?? new MovingList(length, Number(changes), Number(name));
    lists.set(`${changes}/${name}`, moving);
    if (what === 'stayed') {
      answer([...moving.stayed].map((number) => project(number).id));
      return;
    }
    moving.change();
    ({ length } = moving.numbers);
    numbers = moving.numbers.slice(start, start + size);
  }
  const meta = { current_page: page, total_pages: Math.ceil(length / size), total_count: length };
  const body = { data: numbers.map(project), meta };
  answer(body);
});
server.keepAliveTimeout = 600_000;
process.send?.(await listen(server));
process.once('disconnect', () => process.exit());
