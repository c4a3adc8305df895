import ky from 'ky';
import type { Access } from '../../run.ts';

export function guestCreator({ baseUrl, apiToken }: Access) {
  const api = ky.create({
    prefix: baseUrl,
    headers: { Authorization: `Bearer ${apiToken}` },
    retry: { methods: ['get', 'post'] },
  });

  return () =>
    api
      .post('users', {
        json: {
          name: 'Guest',
          email: `guest-${crypto.randomUUID()}@example.com`,
          password: crypto.randomUUID(),
        },
      })
      .json<{ id: string }>();
}
