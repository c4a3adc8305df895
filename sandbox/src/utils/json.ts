/** The value of a text of JSON; `undefined` if it is not valid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an error says; of another value, its text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
