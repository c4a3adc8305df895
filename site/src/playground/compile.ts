import { transform } from 'sucrase';

/** A program as a script without types, whose imports are calls of `require`. */
export const compile = (code: string): string =>
  transform(code, { transforms: ['typescript', 'imports'], production: true }).code;
