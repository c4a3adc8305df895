const redactedText = '[redacted]';
const secretHeaders = /^(authorization|proxy-authorization|cookie|set-cookie)$|token|secret|password|api-?key/i;
const secretFields = /password|token|secret|api_?key/i;

/** A secret in text that is not valid JSON: from the name of the field to the name of the next field, or to the end. */
const secretInText =
  /((?:password|token|secret|api_?key)[\w-]*\\*["']?\s*[:=])[^]*?(?=,\s*\\*["'][\w.-]+\\*["']\s*:|&[\w.-]+=|$)/gi;

/** Letters as JSON and forms may escape them, so that an escape can't hide the name of a secret. */
const escapedLetter = /(?:\\u00|%)(4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])/gi;

/** Nesting of a recorded body: enough for every documented body, and too little to overflow the stack. */
const maxDepth = 20;

/** Characters of a recorded body: enough for every documented body, and too few to exhaust the memory. */
const maxText = 262_144;

function headers(from: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of from) kept[name] = secretHeaders.test(name) ? redactedText : value;
  return kept;
}

/** Returns the same parameters if none of them is secret. */
function query(parameters: URLSearchParams): URLSearchParams {
  const names = [...parameters.keys()].filter((name) => secretFields.test(name));
  if (names.length === 0) return parameters;
  const kept = new URLSearchParams(parameters);
  for (const name of names) kept.set(name, redactedText);
  return kept;
}

function json(value: unknown, depth = 0): unknown {
  // A string may contain JSON itself.
  if (typeof value === 'string') return secretFields.test(value) ? text(value) : value;
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

/** Text that is not valid JSON, where secrets can only be found by the look of their names. */
function text(from: string): string {
  const readable = from.replace(escapedLetter, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return secretFields.test(readable) ? readable.replace(secretInText, `$1 ${redactedText}`) : from;
}

function body(from: string): string {
  let value: unknown;
  try {
    value = JSON.parse(from);
  } catch {
    return shortened(text(from));
  }
  return shortened(JSON.stringify(json(value)));
}

/** Cuts a text that nobody would read to its end. */
function shortened(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}

/** Copies headers, query parameters and bodies without their secrets. */
export const redact = { headers, query, body, shortened };
