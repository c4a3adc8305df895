import type { Access } from '../../run.ts';

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly meta: { readonly total_pages: number };
}

export function projectLister({ baseUrl, apiToken }: Access) {
  const headers = { Authorization: `Bearer ${apiToken}` };

  return async function* () {
    for (let page = 1, pages = 1; page <= pages; page++) {
      const response = await fetch(`${baseUrl}/projects?page=${page}&per_page=100`, { headers });
      if (!response.ok) throw new Error(`GET /projects: ${response.status}`);
      const { data, meta } = (await response.json()) as Page;
      yield* data;
      pages = meta.total_pages;
    }
  };
}
