import type { Child } from 'hono/jsx';

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

/** What every page has around it. */
export function Layout({ title, path, children }: { title: string; path: string; children?: Child }) {
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
