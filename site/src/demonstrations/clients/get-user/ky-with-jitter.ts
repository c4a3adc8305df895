import ky from 'ky';
import type { Access } from '../../run.ts';

export function userGetter({ baseUrl, apiToken }: Access) {
  const api = ky.create({
    prefix: baseUrl,
    headers: { Authorization: `Bearer ${apiToken}` },
    // As ky's documentation shows it.
    retry: { limit: 5, jitter: true },
  });

  return (id: string) => api.get(`users/${id}`).json();
}
