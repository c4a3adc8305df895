/** Text of the packages that are bundled with the SDK: no minifier changes it, and nothing else has it. */
const packageTraces = { ky: 'must be a string, URL, or Request', zod: '$ZodObject', eventemitter3: 'prefixed' };

/** The packages of which something is in a bundle. */
export function bundledPackages(bundle: string): string[] {
  return Object.entries(packageTraces).flatMap(([name, trace]) => (bundle.includes(trace) ? name : []));
}
