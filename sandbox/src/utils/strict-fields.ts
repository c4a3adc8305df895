import * as z from 'zod/mini';

/** An object with these fields and no other. The message about another field lists the known ones. */
export function strictFields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => {
      if (code !== 'unrecognized_keys') return 'Must be an object.';
      return known === '' ? 'Unknown field.' : `Unknown field. Known fields: ${known}.`;
    },
  });
}
