import ky from 'ky';
import type { Access } from '../../run.ts';

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly meta: { readonly total_pages: number };
}

export function projectLister({ baseUrl, apiToken }: Access) {
  const api = ky.create({ prefix: baseUrl, headers: { Authorization: `Bearer ${apiToken}` } });

  return async function* () {
    for (let page = 1, pages = 1; page <= pages; page++) {
      const { data, meta } = await api.get('projects', { searchParams: { page, per_page: 100 } }).json<Page>();
      yield* data;
      pages = meta.total_pages;
    }
  };
}
