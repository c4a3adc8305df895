/** The arguments of a `console` method as one line, or as indented JSON where they have structure. */
export function printed(values: readonly unknown[]): string {
  return values.map(one).join(' ');
}

function one(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const seen = new Set<unknown>();
  const text = JSON.stringify(
    value,
    (_, each: unknown) => {
      if (typeof each === 'bigint') return `${each}n`;
      if (each instanceof Map || each instanceof Set) return [...(each as Iterable<unknown>)];
      if (typeof each !== 'object' || each === null) return each;
      if (seen.has(each)) return '[seen above]';
      seen.add(each);
      return each;
    },
    2,
  );
  return text.length > 100 ? text : text.replaceAll(/\n\s*/g, ' ');
}
