/// <reference types="vite/client" />

interface ImportMetaEnv {
  readonly VITE_EXAMPLE_BASE_URL: string;
  readonly VITE_EXAMPLE_API_TOKEN: string;
  /** Length of a rate-limit window in milliseconds. Not set for the real API. */
  readonly VITE_EXAMPLE_WINDOW?: string;
}
