/** Characters up to which JSON is colored. Beyond, it would make the page slow. */
const maxColored = 30_000;

const tokens =
  /(?<string>"(?:\\.|[^"\\])*")(?<key>\s*:)?|\b(?<word>true|false|null)\b|(?<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/gi;

/** The text of a recorded body: JSON with indents, and anything else as it is. */
export function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body, null, 2);
}

/** JSON with colors. */
export function ColoredJson({ text }: { text: string }) {
  if (text.length > maxColored) return <>{text}</>;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    const { string, key, word, number } = match.groups ?? {};
    const token = string ?? word ?? number ?? '';
    const kind = key !== undefined ? 'key' : string !== undefined ? 'string' : word !== undefined ? 'word' : 'number';
    parts.push(text.slice(end, match.index), <span class={`json-${kind}`}>{token}</span>);
    end = match.index + token.length;
  }
  parts.push(text.slice(end));
  return <>{parts}</>;
}
