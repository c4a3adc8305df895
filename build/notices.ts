import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * The start of each bundled package's code, and its copyright notice. Bundlers keep a comment that begins with `!`, so
 * the notice stays with the code. ky has its own.
 */
const notices: Readonly<Record<string, string>> = {
  '/zod/v4/core/core.js': '/*! zod, MIT License, Copyright (c) 2025 Colin McDonnell */',
  '/eventemitter3/dist/eventemitter3.esm.js': '/*! eventemitter3, MIT License, Copyright (c) 2014 Arnout Kazemier */',
};

/** Adds the notice before the first line of each package that has none in its code. */
export const keepNotices: Plugin = {
  name: 'keep-notices',
  setup: (build) => {
    build.onLoad(
      { filter: /node_modules[\\/](zod[\\/]v4[\\/]core[\\/]core|eventemitter3[\\/]dist[\\/].+)\.js$/ },
      ({ path }) => {
        const [, notice] = Object.entries(notices).find(([end]) => path.replaceAll('\\', '/').endsWith(end)) ?? [];
        if (notice === undefined) return undefined;
        return { contents: `${notice} ${readFileSync(path, 'utf8')}`, loader: 'js' };
      },
    );
  },
};
