import type * as z from 'zod/mini';

/** A zod schema for `T`. */
export type Schema<T> = z.ZodMiniType<T>;
