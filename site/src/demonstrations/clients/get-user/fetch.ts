import type { Access } from '../../run.ts';

export function userGetter({ baseUrl, apiToken }: Access) {
  const headers = { Authorization: `Bearer ${apiToken}` };

  return async (id: string): Promise<unknown> => {
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(`${baseUrl}/users/${id}`, { headers }).catch(() => undefined);
      if (response?.ok) return response.json();
      const mayPass = response === undefined || response.status === 429 || response.status >= 500;
      if (!mayPass || attempt === 3) throw new Error(`GET /users/${id}: ${response?.status ?? 'connection lost'}`);
      const seconds = Number(response?.headers.get('Retry-After')) || 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    }
  };
}
