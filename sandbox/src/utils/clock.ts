import { Listeners } from './listeners.ts';

/** The most milliseconds to advance by at once: 31 years. A date has a last day. */
export const maxAdvance = 1e12;

/** The sandbox's clock: the injected clock, plus the time that it was advanced by. */
export class Clock {
  readonly #base: () => number;
  /** @internal */
  readonly advanced = new Listeners();
  #offset = 0;

  /** @internal */
  constructor(base: () => number) {
    this.#base = base;
  }

  /** The time, in epoch milliseconds. */
  readonly now = (): number => this.#base() + this.#offset;

  /** How far the clock was advanced, in milliseconds. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Advances the clock, so that a test can skip a rate-limit window or the delay before a delivery.
   *
   * @param milliseconds By how much.
   * @throws {TypeError} when `milliseconds` is not a number, negative, or more than 1e12.
   */
  advance(milliseconds: number): void {
    const isNumber = typeof milliseconds === 'number';
    if (!isNumber || !(milliseconds >= 0 && milliseconds <= maxAdvance)) {
      const given = isNumber ? milliseconds : typeof milliseconds;
      throw new TypeError(`\`milliseconds\` must be a number from 0 to ${maxAdvance}, not ${given}.`);
    }
    this.#offset += milliseconds;
    this.advanced.emit();
  }

  /** @internal Restores the injected clock. */
  reset(): void {
    this.#offset = 0;
  }
}

/** ISO 8601 in UTC, in whole seconds, as in the reference: `2024-01-01T00:00:00Z`. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** How long a response took, such as `<1 ms` and `15,007 ms`. */
export function latencyText(milliseconds: number): string {
  return milliseconds < 1 ? '<1 ms' : `${Math.round(milliseconds).toLocaleString('en')} ms`;
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
