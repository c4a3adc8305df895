import ky from 'ky';
import type { Access } from '../../run.ts';

export function userGetter({ baseUrl, apiToken }: Access) {
  const api = ky.create({ prefix: baseUrl, headers: { Authorization: `Bearer ${apiToken}` } });

  return (id: string) => api.get(`users/${id}`).json();
}
