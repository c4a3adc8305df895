// Every project, whatever the number of pages. Needs EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { Client } from '@example/sdk';

const client = new Client();

// One item at a time: the next page is requested when you get there.
let active = 0;
for await (const project of client.projects.list({ status: 'active' })) {
  console.log(`${project.id}  ${project.name}`);
  active++;
}
console.log(`${active} active projects.`);

// One page, and the next.
const page = await client.projects.list({ page: 2, per_page: 40 });
console.log(`Page ${page.meta.current_page} of ${page.meta.total_pages} has ${page.data.length} projects.`);
if (page.hasNextPage()) {
  const next = await page.getNextPage();
  console.log(`The next one has ${next.data.length}.`);
}

// All of them, or as many as you need, in one array.
const newest = await client.projects.list().toArray({ limit: 30 });
console.log(`The newest ${newest.length} are at hand.`);
