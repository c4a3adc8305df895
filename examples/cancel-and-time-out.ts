// How to limit how long a call takes, and how to cancel it. Set EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local
// API).
import { Client, TimeoutError } from '@example/sdk';

const client = new Client({
  timeout: 10_000, // for each attempt
  totalTimeout: 60_000, // for the whole call, including all waits and retries
});

// A shorter limit for one call that a person waits for.
const { total_count } = (await client.projects.list({ per_page: 1 }, { totalTimeout: 5_000 })).meta;
console.log(`${total_count} projects.`);

// A call that can't finish in time.
try {
  await client.projects.list({}, { timeout: 0.01, maxRetries: 0 });
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log(`Too slow: ${error.message}`);
}

// Any AbortSignal cancels a call, such as the signal of an incoming request that its sender has closed.
const controller = new AbortController();
let seen = 0;
try {
  for await (const project of client.projects.list({}, { signal: controller.signal })) {
    console.log(project.name);
    if (++seen === 20) controller.abort(new Error('twenty are enough'));
  }
} catch (error) {
  // You catch the reason that you aborted with.
  console.log(`Stopped after ${seen}: ${String(error)}`);
}
