import { readFileSync } from 'node:fs';

/** An endpoint as the reference describes it. */
export interface DocumentedRoute {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly description: string }[];
  readonly requestBody: unknown;
  readonly response: unknown;
}

const text = readFileSync(new URL('../../docs/api-reference.md', import.meta.url), 'utf8');

/** What the API reference documents, parsed from its text. */
export const reference = {
  routes: text
    .split(/^#### /m)
    .slice(1)
    .map((section): DocumentedRoute => {
      const [, method = '', path = ''] = /```http\n(\w+) (\S+)\n```/.exec(section) ?? [];
      // The next part of the reference begins with its own heading.
      const own = section.split(/^## /m)[0] ?? '';
      return {
        method,
        path,
        parameters: [...own.matchAll(/^\| `(\w+)` *\| (\w+) *\| (.+?) *\|$/gm)].map(
          ([, name = '', type = '', description = '']) => ({ name, type, description }),
        ),
        requestBody: block(own, 'Request Body'),
        response: block(own, 'Response'),
      };
    }),
  error: block(text, 'Error responses follow this format'),
  webhook: block(text, 'Example webhook payload'),
  rateLimitHeaders: [...text.matchAll(/^(X-RateLimit-\w+): \d+$/gm)].map(([, name]) => name),
};

/** The JSON under a line. */
function block(part: string, title: string): unknown {
  const [, json] = new RegExp(`${title}:\\**\\n+\`\`\`json\\n([^\`]+)\`\`\``).exec(part) ?? [];
  return json === undefined ? undefined : JSON.parse(json);
}
