/** A time as one says it, such as `1 min 58 s`. */
export const durationOf = (seconds: number): string =>
  seconds < 60 ? `${Number(seconds.toFixed(1))} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
