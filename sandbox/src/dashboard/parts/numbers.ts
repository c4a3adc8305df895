const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A number as every page shows it, such as `44,774`. */
export function number(value: number): string {
  return value.toLocaleString('en');
}

/** A number of things, such as `1 request` and `44,774 requests`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A length of time in its two largest units, such as `1 h 30 min`. */
export function durationText(milliseconds: number): string {
  let rest = Math.round(milliseconds / 1000) * 1000;
  const parts: string[] = [];
  for (const [unit, length] of units) {
    const whole = Math.floor(rest / length);
    rest -= whole * length;
    if (whole > 0) parts.push(`${whole} ${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

/** How long a response took, such as `<1 ms` and `15,007 ms`. */
export function latencyText(milliseconds: number): string {
  return milliseconds < 1 ? '<1 ms' : `${number(Math.round(milliseconds))} ms`;
}
