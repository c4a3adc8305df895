import { Hono } from 'hono';
import { resources } from '../resources/index.ts';
import { capitalized } from '../resources/resource.ts';
import { subjectOf } from '../state/reasons.ts';
import type { Services } from '../state/services.ts';
import { Card, Empty, PageHead, Row, Rows, type Tone } from './parts/components.tsx';
import type { Dashboard } from './dashboard.tsx';
import { pathOf, recordsOf, textsOf } from './records/records.tsx';
import { matches } from './parts/lists.ts';
import { requestOutcome } from './requests/request-row.tsx';
import { deliveryTones } from './webhooks/delivery-row.tsx';

/** Something that was found. */
interface Hit {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly outcome?: readonly [Tone, string];
  readonly href: string;
}

/** Hits of one kind to show. */
const maxHits = 20;

/** Finds records, tokens, webhooks, deliveries and requests by a part of what identifies them. */
function find(services: Services, text: string): readonly Hit[] {
  const { log, store, webhooks } = services;
  const kinds: readonly (readonly Hit[])[] = [
    ...resources.map((resource) =>
      recordsOf(services, resource)
        .list()
        .filter((record) => matches(text, ...textsOf(resource, record)))
        .map(({ id, name }) => ({ kind: capitalized(resource.singular), id, name, href: pathOf(resource, id) })),
    ),
    store.tokens.all
      .filter(({ id, name, hint }) => matches(text, id, name, hint))
      .map(({ id, name }) => ({ kind: 'Token', id, name, href: `/dashboard/api-tokens#${id}` })),
    webhooks.endpoints
      .filter(({ id, url }) => matches(text, id, url))
      .map(({ id, url }) => ({ kind: 'Webhook', id, name: url, href: `/dashboard/webhooks/${id}` })),
    webhooks.deliveries
      .filter(({ id, message, event, body }) => matches(text, id, message, event, body))
      .map((delivery) => ({
        kind: 'Delivery',
        id: delivery.id,
        name: [delivery.event, subjectOf(delivery)].filter(Boolean).join(': '),
        outcome: [deliveryTones[delivery.status], delivery.status],
        href: `/dashboard/deliveries/${delivery.id}`,
      })),
    log.entries
      .filter(({ id, target, headers, response }) =>
        // The `Location` of what a request has created.
        matches(text, id, target, headers['idempotency-key'] ?? '', response?.headers['location'] ?? ''),
      )
      .map((request) => ({
        kind: 'Request',
        id: request.id,
        name: `${request.method} ${request.target}`,
        outcome: requestOutcome(request),
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
    const [only] = hits;
    if (only !== undefined && hits.length === 1) return context.redirect(only.href);
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
          <p>Search for a part of an id, a path, an idempotency key, a name, an email, a URL or an event.</p>
        </Empty>
      ) : (
        <Card flush>
          <Rows label="Results">
            {hits.map(({ kind, id, name, outcome: [tone, status] = ['plain', ''], href }) => (
              <Row kind={kind} tone={tone} status={status} subject={name} reason={id} href={href} />
            ))}
          </Rows>
        </Card>
      )}
    </>
  );
}
