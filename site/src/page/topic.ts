import { defineRouteMiddleware, type StarlightRouteData } from '@astrojs/starlight/route-data';

type Entry = StarlightRouteData['sidebar'][number];

/** What the site has: its parts, where each begins, and what the addresses in it begin with. */
export const topics = [
  { name: 'Guides', start: 'start/', addresses: /^(start|guides|sandbox|examples)\// },
  { name: 'API', start: 'api/', addresses: /^api\// },
  { name: 'Playground', start: 'playground/', addresses: /^playground\// },
  { name: 'Project', start: 'project/changelog/', addresses: /^(project|reference|internals)\// },
] as const;

/** The topic that an address belongs to. The home page has none. */
export function topicOf(pathname: string) {
  const address = pathname.slice(import.meta.env.BASE_URL.length);
  return topics.find(({ addresses }) => addresses.test(address));
}

/** Where a page is, such as `API › Classes`. */
export function placeOf(pathname: string): string {
  const [, module = '', kind = '', name = ''] = /\/api\/example\/(.+)\/([\w-]+)\/([^/]+)\/$/.exec(pathname) ?? [];
  const part = module === 'sdk' && /^[ci]/.test(kind) ? partOf(name) : undefined;
  const kinds = part ?? kind.replace('-', ' ').replace(/^\w/, (start) => start.toUpperCase());
  return [topicOf(pathname)?.name, module && module !== 'sdk' ? `@example/${module}` : '', kinds]
    .filter(Boolean)
    .join(' › ');
}

/** What the sidebar shows apart from other classes and interfaces. */
const parts = { Errors: /Error$/i, Events: /Events?$/i, 'Rate limit': /^RateLimit/i, Schema: /^Standard/i };
const labels = Object.keys(parts) as (keyof typeof parts)[];
const partOf = (name: string) => labels.find((part) => parts[part].test(name));

/** A long group of the sidebar, and after it what it has of each part. */
function parted(entry: Entry): Entry[] {
  if (entry.type !== 'group') return [entry];
  const name = entry.label.replace(' Aliases', ' aliases');
  if (entry.entries.length < 20) return [{ ...entry, label: name, entries: entry.entries.flatMap(parted) }];
  const groups = Map.groupBy(entry.entries, ({ label }) => partOf(label));
  return [undefined, ...labels].flatMap((label) => {
    const entries = groups.get(label);
    return entries ? { ...entry, label: label ?? name, entries } : [];
  });
}

const withoutSidebar =
  '@media (min-width: 50rem) { html:root { --sl-content-inline-start: 0rem; --sl-content-width: 67.5rem } .sidebar { display: none } }';

/** Gives each page the sidebar of its topic, and leads to no page of another one. */
export const onRequest = defineRouteMiddleware(({ locals: { starlightRoute: route }, url: { pathname } }) => {
  const name = topicOf(pathname)?.name;
  const own = (link?: { href: string }) => topicOf(link?.href ?? '')?.name === name;
  const group = route.sidebar.find(({ label }) => label === name) ?? route.sidebar[0];
  route.sidebar = group?.type === 'group' ? group.entries.flatMap(parted) : [];
  // On a phone, each page has the menu.
  if (!route.hasSidebar) route.head.push({ tag: 'style', content: withoutSidebar });
  route.hasSidebar = true;
  // Before its content arrives, which its style would move.
  if (name === 'API')
    route.head.push({ tag: 'script', content: "document.documentElement.classList.add('reference')" });
  // Properties are no headings, nor is what a class has of another one: `withSummary` in site/build/reference-text.ts.
  const nested = /<(?:span|a) id="(property-\w+|\w+\.\w+)">(?:<\/a> `(\w+))?/g;
  for (const [, slug = '', text = `${slug}()`] of (route.entry.body ?? '')
    .replace(/## Inherited[^]*/, '')
    .matchAll(nested)) {
    const parent = slug.includes('.') ? 'at-a-glance' : 'properties';
    route.toc?.items.find((item) => item.slug === parent)?.children.push({ depth: 3, slug, text, children: [] });
  }
  if (!own(route.pagination.prev)) route.pagination.prev = undefined;
  if (!own(route.pagination.next)) route.pagination.next = undefined;
});
