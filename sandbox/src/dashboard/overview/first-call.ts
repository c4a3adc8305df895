import type { Services } from '../../state/services.ts';

/** The token that is there from the start, or a placeholder once it is revoked. */
export function usableToken({ tokens, apiToken }: Services): string {
  return tokens.find(apiToken) === undefined ? '<token>' : apiToken;
}

/** A first request to paste into a shell. */
export function firstCurl(origin: string, apiToken: string): string {
  return `curl -H 'Authorization: Bearer ${apiToken}' '${origin}/v1/projects?per_page=2'`;
}

/** A first program with the SDK. */
export function firstProgram(origin: string, apiToken: string): string {
  return `import { Client } from '@example/sdk';

const client = new Client({
  apiToken: '${apiToken}',
  baseUrl: '${origin}/v1',
});

for await (const project of client.projects.list()) {
  console.log(project.name);
}`;
}
