export { durationText } from '../../utils/clock.ts';

/** A number as every page shows it, such as `44,774`. */
export function number(value: number): string {
  return value.toLocaleString('en');
}

/** A number of things, such as `1 request` and `44,774 requests`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** How long a response took, such as `<1 ms` and `15,007 ms`. */
export function latencyText(milliseconds: number): string {
  return milliseconds < 1 ? '<1 ms' : `${number(Math.round(milliseconds))} ms`;
}
