// Reads values from outside, which may be anything: JSON, what users throw, and what their functions return.

/** Parses JSON. Returns `undefined`, which JSON doesn't have, if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** True if a value is an object, but not an array or `null`. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The kind of an object, such as `Object`, `Array` or `Promise`. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Gives access to the fields of any value. A value that is not an object has none. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // any object has fields
}

/** Escapes a UTF-16 code unit, such as `\u000a`. */
export function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Calls a user's function. An error that it throws, or rejects with later, goes to `onError`. */
export function callUserCode(call: () => unknown, onError: (error: unknown) => void = () => undefined): void {
  new Promise((resolve) => resolve(call())).catch(onError);
}

/** True if a value is an error. It may be of another realm, such as that of a test runner. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || kindOf(value) === 'Error';
}

/** The message of an error, or the type of anything else that was thrown. */
export function messageOf(error: unknown): string {
  try {
    const { message }: { message?: unknown } = isError(error) ? error : { message: typeof error };
    return String(message);
  } catch {
    return 'an error that cannot be read';
  }
}
