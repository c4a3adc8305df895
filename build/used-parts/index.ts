// What of ky, zod and eventemitter3 is built in. They can do far more than the SDK asks of them, much of it in methods
// and branches, which no bundler takes apart: a third of what a page would load. So that is taken out by name, before
// the bundler looks.
//
// What a new version of them doesn't have any more fails the build. The unit tests run on what is left of ky, with a
// trap in each function that is never to run; and what is left of zod is compared with zod (test/used-parts.test.ts).

import { readFileSync } from 'node:fs';
import type { Options } from 'tsup';
import { eventemitter3 } from './eventemitter3.ts';
import { ky } from './ky.ts';
import { takeOut } from './take-out.ts';
import { zod } from './zod.ts';

const parts = { ...ky, ...zod, ...eventemitter3 };

/** Builds in what is used of the dependencies. */
export const usedParts: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'used-parts',
  setup: (build) =>
    build.onLoad({ filter: /[\\/](ky|zod|eventemitter3)[\\/].+\.js$/ }, ({ path }) => {
      const file = inPackage(path);
      return { contents: takeOut(file, readFileSync(path, 'utf8'), parts[file] ?? {}) };
    }),
};

/** For tests: what is used of ky. */
export const usedPartOfKy = {
  name: 'used-part-of-ky',
  transform: (code: string, path: string) => {
    const file = inPackage(path);
    return ky[file] && takeOut(file, code, ky[file], `{ throw new Error('ky runs what is not built in.'); }`);
  },
};

/** The path of a file below `node_modules`. */
function inPackage(path: string): string {
  return path.replaceAll('\\', '/').replace(/^.*\/node_modules\//, '');
}
