/** Numbers from 0 to 1 that look random and are the same for the same seed. Not for secrets. */
export type Random = () => number;

/** Mulberry32: small, fast, and good enough to make test data and to choose which request fails. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the values. */
export function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** A secret nobody can guess: letters and digits, 190 bits. */
export function randomSecret(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let secret = '';
  while (secret.length < 32) {
    // Bytes past the last whole alphabet are thrown away: they would make some letters likelier.
    for (const byte of crypto.getRandomValues(new Uint8Array(40))) {
      if (byte < 248 && secret.length < 32) secret += alphabet.charAt(byte % 62);
    }
  }
  return secret;
}
