/// <reference types="vite/client" />

interface ImportMetaEnv {
  readonly VITE_EXAMPLE_BASE_URL: string;
  readonly VITE_EXAMPLE_API_TOKEN: string;
  /** Milliseconds; left out for the API itself. */
  readonly VITE_EXAMPLE_WINDOW?: string;
}
