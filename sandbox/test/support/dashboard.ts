import type { Sandbox } from '@example/sandbox';

const origin = 'http://127.0.0.1';

/** Gets a page of the dashboard. */
export function get(sandbox: Sandbox, path = ''): Promise<Response> {
  return sandbox.fetch(`${origin}/dashboard${path}`);
}

/** The HTML of a page. */
export async function html(sandbox: Sandbox, path = ''): Promise<string> {
  return (await get(sandbox, path)).text();
}

/** Presses the button `action` of a form on a page. */
export function submit(
  sandbox: Sandbox,
  path: string,
  action: string,
  fields: Record<string, string> = {},
): Promise<Response> {
  return sandbox.fetch(`${origin}/dashboard${path}`, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, action }),
    headers: { Origin: origin, 'Sec-Fetch-Site': 'same-origin' },
  });
}

/** Follows the redirect of an action, and returns the page. */
export async function pageAfter(sandbox: Sandbox, response: Response): Promise<string> {
  const location = response.headers.get('location');
  if (response.status !== 303 || location === null) throw new Error(`The action got a ${response.status}.`);
  return (await sandbox.fetch(new URL(location, origin))).text();
}

/** The text of a part of a page, with one space between words. */
export function textOf(part: string): string {
  return part
    .replace(/<\/?(i|b|wbr)\b[^>]*>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/\s+/g, ' ')
    .trim();
}
