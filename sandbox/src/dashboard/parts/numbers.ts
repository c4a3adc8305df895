export { durationText, latencyText } from '../../utils/clock.ts';

/** A number as every page shows it, such as `44,774`. */
export function number(value: number): string {
  return value.toLocaleString('en');
}

/** A number of things, such as `1 request` and `44,774 requests`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}
