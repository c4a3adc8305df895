const HIDDEN = '[redacted]';
const secretHeaders = /^(authorization|proxy-authorization|cookie|set-cookie)$|token|secret|password|api-?key/i;
const secretFields = /password|token|secret|api_?key/i;

/** Levels of a body that are kept, and items of each: enough for any documented body, and nothing for an attack. */
const MAX_DEPTH = 5;
const MAX_ITEMS = 50;
const MAX_TEXT = 2000;

function headers(from: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of from) kept[name] = secretHeaders.test(name) ? HIDDEN : value;
  return kept;
}

function json(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => json(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([name, field]) => [name, secretFields.test(name) ? HIDDEN : json(field, depth + 1)]),
  );
}

/** Copies without what is secret, and no larger than a person would read. */
export const redact = { headers, json };
