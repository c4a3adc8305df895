import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Failure } from '../http/failure.ts';

/** The dashboard's icon. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="7" fill="#4f46e5"/>
  <path d="M9 9h14M9 16h9M9 23h14" stroke="#fff" stroke-width="3.5" stroke-linecap="round"/>
</svg>
`;

const sections = [
  ['/dashboard/requests', 'Requests'],
  ['/dashboard/api-tokens', 'API tokens'],
  ['/dashboard/rate-limits', 'Rate limits'],
  ['/dashboard/webhooks', 'Webhooks'],
  ['/dashboard/users', 'Users'],
  ['/dashboard/projects', 'Projects'],
  ['/dashboard/faults', 'Faults'],
] as const;

function isIn(path: string, section: string): boolean {
  return path.startsWith(section) || (section === '/dashboard/webhooks' && path.startsWith('/dashboard/deliveries'));
}

/** A page of the dashboard as a response. */
export function page(context: Context, title: string, content: Child, status = 200): Response | Promise<Response> {
  // hono's type lists the literal statuses; this one is computed.
  return context.html(document(title, context.req.path, content), status as ContentfulStatusCode);
}

function document(title: string, path: string, content: Child) {
  const layout = (
    <Layout title={title} path={path}>
      {content}
    </Layout>
  );
  return html`<!doctype html>${layout}`;
}

/** @throws {Failure} 404 when there is nothing. */
export function requireFound<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Failure(404, 'not_found', 'It does not exist, or it was deleted.');
  return thing;
}

/** Items per page. */
const rowsPerPage = 20;

/** One page of a list, newest first. */
export function slice<T>(items: readonly T[], asked: string | undefined): { items: T[]; page: number; pages: number } {
  const pages = Math.max(Math.ceil(items.length / rowsPerPage), 1);
  const number = Number(asked ?? 1);
  const current = Number.isSafeInteger(number) ? Math.min(Math.max(number, 1), pages) : 1;
  return { items: items.toReversed().slice((current - 1) * rowsPerPage, current * rowsPerPage), page: current, pages };
}

/** The frame of every page. */
function Layout({ title, path, children }: { title: string; path: string; children?: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Example API, local`}</title>
        <link rel="icon" href="/dashboard/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/dashboard/style.css" />
        <script type="module" src="/dashboard/live.js"></script>
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header>
          <a class="brand" href="/dashboard/requests">
            Example API <span>local</span>
          </a>
          <nav aria-label="Dashboard">
            <ul>
              {sections.map(([href, name]) => (
                <li>
                  <a href={href} aria-current={isIn(path, href) ? 'page' : undefined}>
                    {name}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        </header>
        <main id="main" tabindex={-1}>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
