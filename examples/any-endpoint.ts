// Calling endpoints that the SDK has no method for. Set EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { APIError, Client } from '@example/sdk';
import { z } from 'zod';

const client = new Client();

// Any library that follows Standard Schema will do: zod, Valibot, ArkType. The call returns the output of the schema, and
// rejects if the response doesn't match it.
const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  created_at: z.iso.datetime().transform((text) => new Date(text)),
});

const created = await client.request('POST', '/users', {
  body: { name: 'Ada Lovelace', email: 'ada@example.com', password: 'analytical-engine' },
  schema: userSchema,
});
console.log('Created in', created.created_at.getUTCFullYear());

// `params` fills in the path. An id can't reach another endpoint, whatever it contains.
const user = await client.request('GET', '/users/{id}', { params: { id: created.id }, schema: userSchema });
console.log('Read', user.name);

// Without a schema, you say what the type is.
const page = await client.request<{ meta: { total_count: number } }>('GET', '/projects', { query: { per_page: 1 } });
console.log(page.meta.total_count, 'projects');

// A list of any endpoint, with every item of all pages exactly once.
const projects = await client.list<{ id: string }>('/projects', { query: { status: 'active' } }).toArray();
console.log(projects.length, 'active projects');

try {
  await client.request('DELETE', '/teams/{id}', { params: { id: 'team_1' } });
} catch (error) {
  // The same errors as anywhere else.
  if (error instanceof APIError) console.log(error.message);
}
