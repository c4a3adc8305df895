const brand = Symbol.for('@example/sdk/error');

/**
 * The base class of all errors of the SDK.
 *
 * `instanceof` compares a brand instead of the prototype. It also works when a process has loaded both the ES module
 * and the CommonJS build, and the error comes from the other copy.
 */
export class ExampleError extends Error {
  /** Whether a value is an error of this class, from any copy of the SDK. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class that a user derives has no brand of its own, so only the prototype chain identifies it.
    if (!Object.hasOwn(this.prototype, brand)) return Function.prototype[Symbol.hasInstance].call(this, value);

    for (let link = value; typeof link === 'object' && link !== null; link = Object.getPrototypeOf(link) as unknown) {
      if (ownBrand(link) === ownBrand(this.prototype)) return true;
    }
    return false;
  }

  /**
   * The position in a list up to which all items have been yielded: `list(params, { cursor })` continues there. Absent
   * outside of iterations.
   */
  declare cursor?: string;

  /** Returns what is safe to log: no token, no password, no headers. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries([['name', this.name], ['message', this.message], ...Object.entries(this)]);
  }
}

function ownBrand(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, brand)?.value;
}

/** An option or argument is invalid, and nothing was sent. The message names it and says what is expected. */
export class InvalidRequestError extends ExampleError {
  /**
   * The parameter whose value is invalid: a name in the path, a query parameter, or `cursor`. Absent if an option or
   * the call itself is invalid.
   */
  declare readonly param?: string;

  constructor(message: string, options?: ErrorOptions & { readonly param?: string | undefined }) {
    super(message, options);
    if (options?.param) this.param = options.param;
  }
}

/**
 * Names error classes for `error.name`, the first line of the stack and `instanceof`. Minifiers can't change the keys.
 * Not in a `static` block, which React Native does not know.
 */
export function brandErrors(classes: Readonly<Record<string, { readonly prototype: Error }>>): void {
  for (const [name, { prototype }] of Object.entries(classes)) {
    Object.defineProperties(prototype, {
      name: { value: name, writable: true, configurable: true },
      [brand]: { value: name },
    });
  }
}

brandErrors({ ExampleError, InvalidRequestError });

/**
 * Throws an error of the SDK to whoever awaits the call, with their lines in its stack.
 *
 * An error of a timer or of the queue arises where nobody awaits it. But this function is called as the caller's
 * `await` is about to go on, and then engines know the chain of functions that await each other. It costs nothing until
 * a call fails, in contrast to a stack that is kept for each call.
 */
export function throwToCaller(error: unknown): never {
  if (error instanceof ExampleError) {
    // `Error.prepareStackTrace` may make anything of a stack, such as an array.
    const [stack, ours]: unknown[] = [error.stack, new Error().stack];
    if (typeof stack === 'string' && typeof ours === 'string') {
      const lines = ours.split('\n').slice(2);
      error.stack = [stack, ...lines.filter((line) => !stack.includes(line))].join('\n');
    }
  }
  throw error;
}
