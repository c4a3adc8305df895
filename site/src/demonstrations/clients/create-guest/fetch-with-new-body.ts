import type { Access } from '../../run.ts';

export function guestCreator({ baseUrl, apiToken }: Access) {
  const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' };

  const createGuest = async () => {
    const body = JSON.stringify({
      name: 'Guest',
      email: `guest-${crypto.randomUUID()}@example.com`,
      password: crypto.randomUUID(),
    });
    const response = await fetch(`${baseUrl}/users`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`POST /users: ${response.status}`);
    return (await response.json()) as { id: string };
  };

  // The retry wraps the whole function, so each attempt makes up a new guest.
  return async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await createGuest();
      } catch (error) {
        if (attempt === 3) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
      }
    }
  };
}
