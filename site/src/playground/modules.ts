/** The modules that a program in the page can import. */
export const modules = [
  '@example/sdk',
  '@example/sdk/webhooks',
  '@example/sdk/rate-limit',
  '@example/sandbox',
  'ky',
] as const;

export type ModuleName = (typeof modules)[number];

export function isModuleName(name: string): name is ModuleName {
  // A list of names contains only those.
  return (modules as readonly string[]).includes(name);
}
