import { parseJson } from './json.ts';

const redactedText = '[redacted]';
const secretHeaders = /^(authorization|proxy-authorization|cookie|set-cookie)$|token|secret|password|api-?key/i;
const secretFields = /password|token|secret|api_?key/i;

/** Letters as JSON and forms may escape them, so that an escape can't hide the name of a secret. */
const escapedLetter = /(?:\\u00|%)(4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])/gi;

/** What may stand between the name of a secret and its value. */
const separator = /[:=\n]/;

/** Nesting of a recorded body: enough for every documented body, and too little to overflow the stack. */
const maxDepth = 20;

function headers(from: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of from) kept[name] = secretHeaders.test(name) ? redactedText : value;
  return kept;
}

/** Returns the same parameters if none of them is secret. */
function query(parameters: URLSearchParams): URLSearchParams {
  if (![...parameters.keys()].some((name) => secretFields.test(name))) return parameters;
  return new URLSearchParams(
    Array.from(parameters, ([name, value]) => [name, secretFields.test(name) ? redactedText : value]),
  );
}

function json(value: unknown, depth = 0): unknown {
  // A string may contain JSON itself.
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === maxDepth) return '…';
  if (Array.isArray(value)) return value.map((item) => json(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      secretFields.test(name) ? redactedText : json(field, depth + 1),
    ]),
  );
}

/** Text that is not JSON has no end of a secret to rely on, so all that follows its name is left out. */
function text(from: string): string {
  const readable = from.replace(escapedLetter, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const name = secretFields.exec(readable);
  if (name === null) return from;
  const end = name.index + name[0].length;
  return separator.test(readable.slice(end)) ? `${readable.slice(0, end)} ${redactedText}` : from;
}

/** The value of a JSON body, or its text if it is not valid JSON; `undefined` if it is empty. */
function body(from: string): unknown {
  if (from === '') return undefined;
  const value = parseJson(from);
  return value === undefined ? text(from) : json(value);
}

/** Copies headers, query parameters and bodies without their secrets, in time that is linear in their size. */
export const redact = { headers, query, body };
