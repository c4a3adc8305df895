import * as z from 'zod/v4/core';

// The kinds of schemas that the API's documentation needs, made of zod's core: `zod/mini` gives each of them a dozen
// methods that nobody calls here. zod's constructors are not generic, so each result is asserted from its definition.
//
// What these don't use of zod is not bundled: build/trim/zod.ts.

/** A zod schema for `T`. */
export type Schema<T> = z.$ZodType<T>;

export const string = /* @__PURE__ */ new z.$ZodString({ type: 'string' });
export const number = /* @__PURE__ */ new z.$ZodNumber({ type: 'number' });
export const unknown = /* @__PURE__ */ new z.$ZodUnknown({ type: 'unknown' });

/** Exactly this string. */
/* @__NO_SIDE_EFFECTS__ */
export function literal<Value extends string>(value: Value): z.$ZodLiteral<Value> {
  return new z.$ZodLiteral({ type: 'literal', values: [value] }) as z.$ZodLiteral<Value>;
}

/* @__NO_SIDE_EFFECTS__ */
export function array<Item extends z.$ZodType>(element: Item): z.$ZodArray<Item> {
  return new z.$ZodArray({ type: 'array', element }) as z.$ZodArray<Item>;
}

/** An object with at least these fields. */
/* @__NO_SIDE_EFFECTS__ */
export function looseObject<Shape extends z.$ZodShape>(shape: Shape): z.$ZodObject<Shape, z.$loose> {
  return new z.$ZodObject({ type: 'object', shape, catchall: unknown }) as z.$ZodObject<Shape, z.$loose>;
}
