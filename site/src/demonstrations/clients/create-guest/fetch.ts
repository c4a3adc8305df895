import type { Access } from '../../contest.ts';

export function guestCreator({ baseUrl, apiToken }: Access) {
  const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' };
  const guest = () => ({
    name: 'Guest',
    email: `guest-${crypto.randomUUID()}@example.com`,
    password: crypto.randomUUID(),
  });

  return async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await fetch(`${baseUrl}/users`, { method: 'POST', headers, body: JSON.stringify(guest()) });
        if (response.ok) return (await response.json()) as { id: string };
        if (response.status < 500 || attempt === 3) throw new Error(`POST /users: ${response.status}`);
      } catch (error) {
        if (!(error instanceof TypeError) || attempt === 3) throw error; // a TypeError is a lost connection
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
    }
  };
}
