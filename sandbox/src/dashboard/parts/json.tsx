import { parseJson } from '../../utils/json.ts';
import { Code } from './components.tsx';

/** Characters up to which JSON is colored. Beyond, it would make the page slow. */
const maxColored = 30_000;

const tokens = /"(?:\\.|[^"\\])*"|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/** A body: JSON with indents and colors, and anything else as it is. The copy button copies what was sent. */
export function Body({ of: body, label }: { of: unknown; label: string }) {
  if (body === undefined || body === '') return <p class="hint">No body.</p>;
  const sent = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  const value = typeof body === 'string' ? parseJson(body) : body;
  const json = value === undefined ? sent : JSON.stringify(value, null, 2);
  return (
    <Code label={label} text={sent}>
      {value === undefined || json.length > maxColored
        ? json
        : json.split('\n').map((line) => <span class="line">{colored(line)}</span>)}
    </Code>
  );
}

function colored(text: string) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    const [token] = match;
    const before = text.slice(end, match.index);
    end = match.index + token.length;
    const kind = !token.startsWith('"') ? 'value' : text[end] === ':' ? 'key' : 'string';
    parts.push(before, <span class={`json-${kind}`}>{token}</span>);
  }
  return [...parts, text.slice(end), '\n'];
}
