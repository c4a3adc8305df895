import type { PackageCuts } from './cuts.ts';

/**
 * The SDK looks where a value differs from its schema, and takes no value out of it: synchronously, with schemas that
 * have no checks, no defaults and no coercion, and that nobody else gets to see.
 */
export const zod: PackageCuts = {
  'zod/v4/core/core.js': {
    expressions: {
      '(_a = globalThis).__zod_globalConfig ?? (_a.__zod_globalConfig = {})': 'undefined',
      // Another zod in the process may set a post-processor, for schemas of its own.
      'globalThis.__zod_globalConfig?.postProcessor': 'undefined',
      initialized: 'undefined',
    },
  },
  'zod/v4/core/schemas.js': {
    definitions: { capSize: '{}' },
    expressions: {
      'checks.length === 0': 'true',
      '!catchall': 'true',
      'core.globalConfig.memoizer': 'undefined',
      'ctx?.abortEarly': 'false',
      'def.coerce': 'false',
      'inst._zod.traits.has("$ZodCheck")': 'false',
      optin: 'undefined',
      'proms.length': '0',
      'r instanceof Promise': 'false',
      received: 'undefined',
      'result instanceof Promise': 'false',
    },
  },
  'zod/v4/core/util.js': {
    definitions: { defineLazyInternal: '{}', optionalKeys: '{ return []; }' },
  },
};
