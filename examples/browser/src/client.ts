import { Client } from '@example/sdk';

/** One client for the whole page. All parts of the page share its rate limit. */
export const client = new Client({
  baseUrl: import.meta.env.VITE_EXAMPLE_BASE_URL,
  apiToken: import.meta.env.VITE_EXAMPLE_API_TOKEN,
  // Vite writes the token into the script, where anyone who opens the page can read it. That is harmless only with the
  // token of the local API. On a public page, let visitors enter their own token, or call the API from your server.
  dangerouslyAllowBrowser: true,
  // The local API has shorter windows than the documented minute, which is the client's default.
  rateLimit: { window: Number(import.meta.env.VITE_EXAMPLE_WINDOW ?? 60_000) },
});
