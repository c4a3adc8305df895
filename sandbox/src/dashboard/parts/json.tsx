import { parseJson } from '../../utils/json.ts';
import { Code } from './components.tsx';

/** Characters up to which JSON is colored. Beyond, it would make the page slow. */
const maxColored = 30_000;

const tokens =
  /(?<string>"(?:\\.|[^"\\])*")(?<key>\s*:)?|\b(?<word>true|false|null)\b|(?<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/gi;

/** A body: JSON with indents and colors, and anything else as it is. The copy button copies what was sent. */
export function Body({ of: body, label }: { of: unknown; label: string }) {
  if (body === undefined || body === '') return <p class="hint">No body.</p>;
  const sent = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  const value = typeof body === 'string' ? parseJson(body) : body;
  const json = value === undefined ? sent : JSON.stringify(value, null, 2);
  return (
    <Code label={label} text={sent}>
      {value === undefined || json.length > maxColored ? json : colored(json)}
    </Code>
  );
}

function colored(text: string) {
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
