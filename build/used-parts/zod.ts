import type { Parts } from './part.ts';

/**
 * The SDK looks where a value differs from its schema, and takes no value out of it: synchronously, with schemas that
 * have no checks, no defaults and no coercion, and that nobody else gets to see.
 */
export const zod: Parts = {
  'zod/v4/core/core.js': {
    bodies: { _E: 'null' },
    values: {
      '(_a = globalThis).__zod_globalConfig ?? (_a.__zod_globalConfig = {})': 'undefined',
      // Another zod in the process may set one, for schemas of its own.
      'globalThis.__zod_globalConfig?.postProcessor': 'undefined',
      initialized: 'undefined',
      'params?.Parent': 'undefined',
      pp: 'undefined',
    },
  },
  'zod/v4/core/schemas.js': {
    bodies: { capSize: '{}', received: 'undefined', standardProps: '{}' },
    values: {
      'checks.length === 0': 'true',
      '!catchall': 'true',
      abortEarly: 'false',
      'core.globalConfig.memoizer': 'undefined',
      'ctx?.abortEarly': 'false',
      'def.coerce': 'false',
      'inst._zod.traits.has("$ZodCheck")': 'false',
      isOptionalOut: 'false',
      memo: 'undefined',
      optin: 'undefined',
      'proms.length': '0',
      'r instanceof Promise': 'false',
      received: 'undefined',
      'result instanceof Promise': 'false',
    },
  },
  'zod/v4/core/util.js': {
    bodies: { captureStackTrace: 'undefined', defineLazyInternal: '{}', optionalKeys: '{ return []; }' },
  },
};
