// What Hermes has got since the version that npm has as a program. It runs before everything else.
export {};

declare const print: (text: string) => void;
const given = globalThis as unknown as {
  setTimeout(run: () => void, delay?: number): number;
  clearTimeout(id: number): void;
};
const { setTimeout: later, clearTimeout: clear } = given;

function at(this: ArrayLike<unknown>, index: number): unknown {
  return this[index < 0 ? this.length + index : index];
}

for (const { prototype } of [Array, String]) Object.defineProperty(prototype, 'at', { value: at, configurable: true });
Object.defineProperty(Symbol, 'asyncIterator', { value: Symbol.for('asyncIterator') });
Object.assign(globalThis, {
  ...{
    self: globalThis,
    global: globalThis,
    XMLHttpRequest: class {
      readonly readyState = 0;
    },
  },
  console: { error: print, warn: print, info: print, debug: print },
  performance: { now: () => Date.now() },
  WeakRef: class {
    readonly deref: () => object;

    constructor(value: object) {
      this.deref = () => value;
    }
  },
  TextEncoder: class {
    encode(text = ''): Uint8Array {
      const escaped = encodeURIComponent(text).match(/%..|[^%]/g) ?? [];
      return Uint8Array.from(escaped, (part) => (part.length > 1 ? parseInt(part.slice(1), 16) : part.charCodeAt(0)));
    }
  },
  TextDecoder: class {
    decode(bytes = new Uint8Array()): string {
      return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
    }
  },
  FinalizationRegistry: class {
    readonly register = () => undefined;
  },
  // Its timers know no time: what waits for long never comes.
  setTimeout: (run: () => void, delay = 0) => (delay > 100 ? undefined : later(run, delay)),
  clearTimeout: (id: unknown) => (typeof id === 'number' ? clear(id) : undefined),
});
