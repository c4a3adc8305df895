// What of ky, zod and eventemitter3 is bundled. They can do far more than the SDK asks of them, much of it in methods
// and branches, which no bundler takes apart: a third of what a page would load. So that is cut out by name first.
//
// Each name is of the versions in package.json, which are exact for that reason. What another version does not have any
// more fails the build. The unit tests run on what is left of ky and eventemitter3, with a trap in each function that
// is never to run; and what is left of zod is compared with zod (test/trim.test.ts).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'tsup';
import { eventemitter3 } from './eventemitter3.ts';
import { ky } from './ky.ts';
import { trim } from './trim.ts';
import { zod } from './zod.ts';

const packages = { ky, zod, eventemitter3 };
const cuts = new Map(Object.values(packages).flatMap((files) => Object.entries(files)));

/** The packages that are bundled with the SDK. */
export const bundledPackages: readonly string[] = Object.keys(packages);

/** Bundles what is used of the dependencies, and lets nothing else of `node_modules` in. */
export const trimDependencies: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'trim-dependencies',
  setup: (build) => {
    const lost = [...cuts.keys()].filter((file) => !existsSync(join('node_modules', file)));
    if (lost.length > 0) throw new Error(`There is no ${lost.join(', ')}: bring build/trim up to date.`);

    build.onLoad({ filter: /[\\/]node_modules[\\/]/ }, ({ path }) => {
      const file = inNodeModules(path);
      if (!bundledPackages.some((name) => file.startsWith(`${name}/`))) {
        return { errors: [{ text: `${file} is not to be bundled: see build/trim.` }] };
      }
      const found = cuts.get(file);
      return found && { contents: trim(file, readFileSync(path, 'utf8'), found) };
    });
  },
};

/** Fails the test run even where the error is caught. */
const trap = `{
  const notBundled = new Error('This is not bundled: see build/trim.');
  queueMicrotask(() => { throw notBundled; });
  throw notBundled;
}`;

/** For tests, where zod is used by the local API as well, and stays whole. */
export const trimForTests = {
  name: 'trim-dependencies',
  transform: (code: string, path: string) => {
    const file = inNodeModules(path);
    const found = file.startsWith('zod/') ? undefined : cuts.get(file);
    return found && trim(file, code, found, trap);
  },
};

function inNodeModules(path: string): string {
  return path.replaceAll('\\', '/').replace(/^.*\/node_modules\//, '');
}
