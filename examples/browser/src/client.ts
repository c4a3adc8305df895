import { Client } from '@example/sdk';

/** One client for the whole page, so that everything on it shares the rate limit. */
export const client = new Client({
  baseUrl: import.meta.env.VITE_EXAMPLE_BASE_URL,
  apiToken: import.meta.env.VITE_EXAMPLE_API_TOKEN,
  // Vite writes the token into the script, where everybody who opens the page can read it. That is harmless with the
  // token of the local API, and nothing else. On a public page let visitors enter a token of their own, or call the API
  // from your server, which keeps its token to itself.
  dangerouslyAllowBrowser: true,
  // The windows of the local API are shorter than the documented minute, which the client takes for granted.
  rateLimit: { window: Number(import.meta.env.VITE_EXAMPLE_WINDOW ?? 60_000) },
});
