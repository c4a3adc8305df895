const brand = Symbol.for('@example/sdk/error');

/**
 * The base class of all errors of the SDK.
 *
 * `instanceof` compares a brand instead of the prototype. It also works when a process has loaded both the ES module and
 * the CommonJS build, and the error comes from the other copy.
 */
export class ExampleError extends Error {
  static {
    brandError(this, 'ExampleError');
  }

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
   * The place in a list up to which all items have been yielded: `list(params, { cursor })` goes on there. Absent outside
   * of iterations.
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

/** Names an error class for `error.name`, the first line of the stack and `instanceof`. Minifiers can't change it. */
export function brandError(type: { prototype: Error }, name: string): void {
  Object.defineProperties(type.prototype, {
    name: { value: name, writable: true, configurable: true },
    [brand]: { value: name },
  });
}
