const redactedText = '[redacted]';
const secretHeaders = /^(authorization|proxy-authorization|cookie|set-cookie)$|token|secret|password|api-?key/i;
const secretFields = /password|token|secret|api_?key/i;

/** Limits for a recorded body: enough for every documented body, and too little to exhaust the memory. */
const maxDepth = 5;
const maxItems = 50;
const maxText = 2000;

function headers(from: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of from) kept[name] = secretHeaders.test(name) ? redactedText : value;
  return kept;
}

function json(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.length > maxText ? `${value.slice(0, maxText)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === maxDepth) return '…';
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => json(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, maxItems)
      .map(([name, field]) => [name, secretFields.test(name) ? redactedText : json(field, depth + 1)]),
  );
}

/** Copies headers and bodies without their secrets, and no larger than a person would read. */
export const redact = { headers, json };
