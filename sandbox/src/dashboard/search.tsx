import type { Child } from 'hono/jsx';
import { Hono } from 'hono';
import { resources } from '../resources/index.ts';
import { capitalized } from '../resources/resource.ts';
import type { Services } from '../state/services.ts';
import { Card, Empty, PageHead } from './parts/components.tsx';
import type { Dashboard } from './dashboard.tsx';
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
function find({ log, store, webhooks }: Services, text: string): readonly Hit[] {
  const kinds = [
    ...resources.map((resource) =>
      store
        .records(resource)
        .all.map((record) => ({ id: record.id, values: resource.columns.map((column) => record[column] ?? '') }))
        .filter(({ id, values }) => matches(text, id, ...values))
        .map(({ id, values }) => ({
          kind: capitalized(resource.singular),
          id,
          name: values.join(', '),
          href: `/dashboard/${resource.name}/${encodeURIComponent(id)}`,
        })),
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
      .filter(({ id, target, headers }) => matches(text, id, target, headers['idempotency-key'] ?? ''))
      .map((request) => ({
        kind: 'Request',
        id: request.id,
        name: `${outcomeOf(request)[1]} ${request.method} ${request.target}`,
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
    // An id leads straight to what it belongs to.
    const [only] = hits.length === 1 ? hits : exact;
    if (only !== undefined) return context.redirect(only.href);
    return dashboard.page(context, 'Search', <Results query={query} hits={hits} />, { query });
  });
  return routes;
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
