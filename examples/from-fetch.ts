// The same job with a hand-written client and with the SDK. Set EXAMPLE_API_TOKEN and EXAMPLE_BASE_URL.
import { Client, type Project } from '@example/sdk';

const { EXAMPLE_API_TOKEN: token = '', EXAMPLE_BASE_URL: baseUrl = 'https://api.example.com/v1' } = process.env;

/** Before: hand-written retries, rate limit and paging. It repeats or skips projects if the list changes meanwhile. */
async function projectsByHand(status: string): Promise<Project[]> {
  const projects: Project[] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(`${baseUrl}/projects?status=${encodeURIComponent(status)}&page=${page}`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(30_000),
      });
      if (response.ok) {
        const body = (await response.json()) as { data: Project[]; meta: { total_pages: number } };
        projects.push(...body.data);
        pages = body.meta.total_pages;
        break;
      }
      if (attempt === 3 || (response.status !== 429 && response.status < 500)) throw new Error(`${response.status}`);
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
  return projects;
}

/** After. */
const client = new Client();
const projects = (status: string) => client.projects.list({ status }).toArray();

const [before, after] = [await projectsByHand('active'), await projects('active')];
console.log(`${before.length} projects by hand, ${after.length} with the SDK.`);
