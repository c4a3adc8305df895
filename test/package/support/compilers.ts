import { moduleKinds } from './runtimes.ts';

/** How a compiler finds declarations, and for which kinds of modules. */
const resolutions = [
  { moduleResolution: 'nodenext', module: 'nodenext', kinds: moduleKinds },
  { moduleResolution: 'node16', module: 'node16', kinds: moduleKinds },
  { moduleResolution: 'bundler', module: 'esnext', kinds: moduleKinds.slice(0, 1) },
];

/** The default of CommonJS projects up to TypeScript 5; it knows nothing of `exports` in a package.json. */
const node10 = { moduleResolution: 'node10', module: 'commonjs', kinds: moduleKinds.slice(1) };

/** By their names in `test/package/tools/package.json`. */
export const compilers = [
  { compiler: 'TypeScript 5.4', name: 'typescript54', resolutions: [...resolutions, node10] },
  { compiler: 'TypeScript 6', name: 'typescript6', resolutions },
  { compiler: 'TypeScript 7', name: 'typescript7', resolutions },
];
