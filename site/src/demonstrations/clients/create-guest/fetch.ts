import type { Access } from '../../run.ts';

export function guestCreator({ baseUrl, apiToken }: Access) {
  const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' };

  return async () => {
    const body = JSON.stringify({
      name: 'Guest',
      email: `guest-${crypto.randomUUID()}@example.com`,
      password: crypto.randomUUID(),
    });
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(`${baseUrl}/users`, { method: 'POST', headers, body }).catch(() => undefined);
      if (response?.ok) return (await response.json()) as { id: string };
      const mayPass = response === undefined || response.status === 429 || response.status >= 500;
      if (!mayPass || attempt === 3) throw new Error(`POST /users: ${response?.status ?? 'connection lost'}`);
      const seconds = Number(response?.headers.get('Retry-After')) || 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    }
  };
}
