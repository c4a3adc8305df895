const encoder = new TextEncoder();

/**
 * Rounds of PBKDF2. A service with real passwords uses 600 000, which takes a tenth of a second. The sandbox has test data
 * and must not slow down a load test, so it uses the minimum of NIST SP 800-132. The hash includes the number of rounds.
 */
const hashRounds = 1000;

/** Hashes a password with a random salt: `pbkdf2-sha256$1000$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return `pbkdf2-sha256$${hashRounds}$${hex(salt)}$${hex(await derive(password, salt, hashRounds))}`;
}

/** Whether the hash belongs to this password. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, rounds, salt, expected] = hash.split('$');
  if (rounds === undefined || salt === undefined || expected === undefined) return false;
  return hex(await derive(password, bytes(salt), Number(rounds))) === expected;
}

/** Hashes a random secret, which needs no salt, in hex. */
export async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))));
}

async function derive(password: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<Uint8Array> {
  const node = nodeCrypto();
  if (node !== undefined) return node.pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', encoder.encode(password), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256));
}

/**
 * Node's own functions, because Web Crypto works on another thread, for which a test with fake timers does not wait.
 * Absent in browsers and at the edge.
 */
function nodeCrypto(): typeof import('node:crypto') | undefined {
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  return process?.getBuiltinModule?.('node:crypto');
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
