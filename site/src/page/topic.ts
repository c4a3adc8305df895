import { defineRouteMiddleware } from '@astrojs/starlight/route-data';

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
  const [, module = '', kind = ''] = /\/api\/example\/(.+)\/([\w-]+)\/[^/]+\/$/.exec(pathname) ?? [];
  const kinds = `${kind.charAt(0).toUpperCase()}${kind.slice(1).replace('-', ' ')}`;
  return [topicOf(pathname)?.name, module && module !== 'sdk' ? `@example/${module}` : '', kinds]
    .filter(Boolean)
    .join(' › ');
}

/** Gives each page the sidebar of its topic, leads to no page of another one, and lists the properties of a type. */
export const onRequest = defineRouteMiddleware(({ locals: { starlightRoute: route }, url: { pathname } }) => {
  const name = topicOf(pathname)?.name;
  const own = (link?: { href: string }) => topicOf(link?.href ?? '')?.name === name;
  const group = route.sidebar.find(({ label }) => label === name);
  route.sidebar = group?.type === 'group' ? group.entries : [];
  if (!own(route.pagination.prev)) route.pagination.prev = undefined;
  if (!own(route.pagination.next)) route.pagination.next = undefined;
  const properties = [...(route.entry.body?.matchAll(/<a id="(property-[\w-]+)"><\/a> `(\w+)/g) ?? [])];
  route.toc?.items
    .find(({ slug }) => slug === 'properties')
    ?.children.unshift(...properties.map(([, slug = '', text = '']) => ({ depth: 3, slug, text, children: [] })));
});
