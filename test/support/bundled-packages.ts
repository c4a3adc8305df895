/** A unique text in each package that is bundled with the SDK. No minifier changes it. */
const packageTraces = { ky: 'must be a string, URL, or Request', zod: '$ZodObject', eventemitter3: 'prefixed' };

/** The packages that a bundle contains any of. */
export function bundledPackages(bundle: string): string[] {
  return Object.entries(packageTraces).flatMap(([name, trace]) => (bundle.includes(trace) ? name : []));
}
