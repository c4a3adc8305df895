import type { Child } from 'hono/jsx';
import { Hono } from 'hono';
import { capitalized } from '../resources/resource.ts';
import type { RecordedRequest } from '../state/recorded-request.ts';
import type { Services } from '../state/services.ts';
import { Card, Empty, PageHead, Pill } from './parts/components.tsx';
import type { Dashboard } from './dashboard.tsx';
import { pathOf, resourcesOf, valueOf } from './data/resources.tsx';
import { matches } from './parts/lists.ts';
import { outcomeOf } from './requests/requests.tsx';

/** Something that was found. */
interface Hit {
  readonly kind: string;
  readonly id: string;
  readonly name: Child;
  readonly href: string;
}

/** Hits of one kind to show. */
const maxHits = 20;

/** Finds records, tokens, webhooks, deliveries and requests by a part of what identifies them. */
function find(services: Services, text: string): readonly Hit[] {
  const { log, store, webhooks } = services;
  const kinds: readonly (readonly Hit[])[] = [
    ...resourcesOf(services).map((resource) =>
      resource.state
        .list()
        .filter((item) => matches(text, item.id, ...resource.fields.map(({ name }) => valueOf(item, name))))
        .map(({ id, name }) => ({ kind: capitalized(resource.name), id, name, href: pathOf(resource, id) })),
    ),
    store.tokens.all
      .filter(({ id, name, hint }) => matches(text, id, name, hint))
      .map(({ id, name }) => ({ kind: 'Token', id, name, href: `/dashboard/rate-limits#${id}` })),
    webhooks.endpoints
      .filter(({ id, url }) => matches(text, id, url))
      .map(({ id, url }) => ({ kind: 'Webhook', id, name: url, href: `/dashboard/webhooks/${id}` })),
    webhooks.deliveries
      .filter(({ id, message, event }) => matches(text, id, message, event))
      .map(({ id, event, status }) => ({
        kind: 'Delivery',
        id,
        name: `${event}, ${status}`,
        href: `/dashboard/deliveries/${id}`,
      })),
    log.entries
      .filter(({ id, target, headers, response }) =>
        // The `Location` of what a request has created.
        matches(text, id, target, headers['idempotency-key'] ?? '', response?.headers['location'] ?? ''),
      )
      .map((request) => ({
        kind: 'Request',
        id: request.id,
        name: <Outcome request={request} />,
        href: `/dashboard/requests/${request.id}`,
      })),
  ];
  return kinds.flatMap((hits) => hits.slice(-maxHits).reverse());
}

export function searchRoutes(dashboard: Dashboard): Hono {
  const routes = new Hono();
  routes.get('/search', (context) => {
    const query = (context.req.query('q') ?? '').trim();
    const hits = query === '' ? [] : find(dashboard.services, query);
    const exact = hits.filter(({ id }) => id === query);
    // An id leads straight to what it belongs to, unless there are also requests for it to show.
    const others = hits.filter(({ kind, id }) => kind === 'Request' && id !== query);
    const [only] = hits.length === 1 ? hits : others.length === 0 ? exact : [];
    if (only !== undefined) return context.redirect(only.href);
    const found = exact.length === 0 ? hits : [...exact, ...others];
    return dashboard.page(context, 'Search', <Results query={query} hits={found} />, { query });
  });
  return routes;
}

function Outcome({ request }: { request: RecordedRequest }) {
  const [tone, status] = outcomeOf(request);
  return (
    <>
      <Pill tone={tone}>{status}</Pill> {request.method} {request.target}
    </>
  );
}

function Results({ query, hits }: { query: string; hits: readonly Hit[] }) {
  return (
    <>
      <PageHead title={query === '' ? 'Search' : `Results for “${query}”`} />
      {hits.length === 0 ? (
        <Empty title={query === '' ? 'What are you looking for?' : 'Nothing was found.'}>
          <p>
            Search for a part of an id, a path, an idempotency key, a name, an email, a URL or an event. Press{' '}
            <kbd>/</kbd> to search from any page.
          </p>
        </Empty>
      ) : (
        <Card flush>
          <ul class="hits">
            {hits.map(({ kind, id, name, href }) => (
              <li>
                <a href={href}>
                  <span class="kind">{kind}</span>
                  <span class="name">{name}</span>
                  <code>{id}</code>
                </a>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}
