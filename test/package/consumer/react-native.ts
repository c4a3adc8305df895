// What an app calls in React Native, whose engine is Hermes. What it saw is printed. The API is a `fetch` of its own, because
// the engine alone has no network.
import { setGlobals } from './react-native-globals.ts';

declare const print: (text: string) => void;

const project = (id: number) => ({
  id: `proj_${id}`,
  name: 'Blue',
  description: '',
  created_at: '2024-01-01T00:00:00Z',
});
const user = { id: 'user_123', name: 'Jane Doe', email: 'jane@example.com', created_at: '2024-01-01T00:00:00Z' };

function answer(url: string): unknown {
  if (!url.includes('/projects')) return user;
  const page = Number(/[?&]page=(\d+)/.exec(url)?.[1] ?? 1);
  const data = Array.from({ length: 101 }, (_, id) => project(id));
  const meta = { current_page: page, total_pages: 2, total_count: 101 };
  return { data: page === 1 ? data.slice(0, 100) : data.slice(99), meta };
}

async function run(): Promise<void> {
  setGlobals();
  const { Client } = await import('@example/sdk');
  const fetch = (url: string) => Promise.resolve(new Response(JSON.stringify(answer(url)), { status: 200 }));
  const client = new Client({ apiToken: 'token-of-an-app', fetch });
  const controller = new AbortController();
  const { signal } = controller;
  const got = await client.users.get('user_123', { signal, totalTimeout: 30_000 });
  const iterated: string[] = [];
  for await (const { id } of client.projects.list({}, { signal })) iterated.push(id);
  controller.abort();
  const aborted: unknown = await client.users.get('user_123', { signal }).catch((error: unknown) => error);
  print(JSON.stringify({ got: got.name, iterated: new Set(iterated).size, aborted: (aborted as Error).name }));
}

run().catch((error: unknown) => print(String((error as Error).stack)));
