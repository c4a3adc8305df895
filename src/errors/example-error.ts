const brand = Symbol.for('@example/sdk/error');

/**
 * The base class of all errors of the SDK.
 *
 * `instanceof` compares a brand instead of the prototype. So it works even if a process has loaded both the ES module
 * and the CommonJS build, and the error comes from the other copy.
 */
export class ExampleError extends Error {
  /** True if a value is an error of this class, from any copy of the SDK. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class that a user derived has no brand of its own. Only the prototype chain identifies it.
    if (!Object.hasOwn(this.prototype, brand)) return Function.prototype[Symbol.hasInstance].call(this, value);

    for (let link = value; typeof link === 'object' && link !== null; link = Object.getPrototypeOf(link) as unknown) {
      if (ownBrand(link) === ownBrand(this.prototype)) return true;
    }
    return false;
  }

  /**
   * The position up to which an iteration has yielded all items. `list(params, { cursor })` continues there. Absent
   * outside of iterations.
   */
  declare cursor?: string;

  /**
   * True if the call may have changed something on the API: it was sent, it was no GET, and no response says that it
   * was rejected. Before you repeat such a call, check what is there.
   */
  declare mayHaveTakenEffect: boolean;

  /** Returns what is safe to log: no token, no password, no headers. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries([['name', this.name], ['message', this.message], ...Object.entries(this)]);
  }
}

function ownBrand(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype, brand)?.value;
}

/** An option or argument is invalid, and nothing was sent. The message says which, and what is expected. */
export class InvalidRequestError extends ExampleError {
  /**
   * The parameter whose value is invalid: a name in the path, a query parameter, or `cursor`. Absent if an option or
   * something else is invalid.
   */
  declare readonly param?: string;

  constructor(message: string, options?: ErrorOptions & { readonly param?: string | undefined }) {
    super(message, options);
    if (options?.param) this.param = options.param;
  }
}

/**
 * Names error classes for `error.name`, the first line of the stack and `instanceof`. The names are keys, because
 * minifiers don't change keys. Not in a `static` block, because React Native doesn't support them.
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
// On the prototype, because most errors have nothing to do with a call that was sent.
Object.defineProperty(ExampleError.prototype, 'mayHaveTakenEffect', { value: false, writable: true });

/**
 * Throws an error to whoever awaits the call, with their lines in its stack.
 *
 * The stack of an error from a timer or the queue doesn't show the caller. But this function runs just before the
 * caller's `await` continues, when engines know the chain of functions that await each other. Unlike a stack that is
 * captured for each call, this costs nothing until a call fails.
 */
export function throwToCaller(error: unknown): never {
  if (error instanceof ExampleError) {
    // `Error.prepareStackTrace` may turn a stack into anything, such as an array.
    const [stack, ours]: unknown[] = [error.stack, new Error().stack];
    if (typeof stack === 'string' && typeof ours === 'string') {
      const lines = ours.split('\n').slice(2);
      error.stack = [stack, ...lines.filter((line) => !stack.includes(line))].join('\n');
    }
  }
  throw error;
}

/** What the message of an error says about a call that may have changed something. */
export function describeEffect(call: { readonly wasSent?: boolean; readonly mayHaveTakenEffect?: boolean }): string {
  return `The call ${call.mayHaveTakenEffect ? 'may have taken effect' : call.wasSent ? 'was sent' : 'was not sent'}.`;
}
