// How to bound how long a call takes, and how to end it early. Needs EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL).
import { Client, TimeoutError } from '@example/sdk';

const client = new Client({
  timeout: 10_000, // for one attempt
  totalTimeout: 60_000, // for a call with all its attempts and waiting
});

// Shorter for one call that somebody waits for.
const { total_count } = (await client.projects.list({ per_page: 1 }, { totalTimeout: 5_000 })).meta;
console.log(`${total_count} projects.`);

// A call that can't make it in time.
try {
  await client.projects.list({}, { timeout: 0.01, maxRetries: 0 });
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log(`Too slow: ${error.message}`);
}

// Any AbortSignal ends a call: of a request that was closed, of a page that was left, of a process that stops.
const controller = new AbortController();
let seen = 0;
try {
  for await (const project of client.projects.list({}, { signal: controller.signal })) {
    console.log(project.name);
    if (++seen === 20) controller.abort(new Error('twenty are enough'));
  }
} catch (error) {
  // What you aborted with is what you catch.
  console.log(`Stopped after ${seen}: ${String(error)}`);
}
