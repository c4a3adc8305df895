import { ExampleError } from '../errors/example-error.ts';
import { anySignal } from '../utils/abort.ts';
import { isAbortSignal } from '../utils/arguments.ts';
import { isRecord } from '../utils/values.ts';
import type { ClaimedEvent, ReplayClaim, ReplayStore } from '../replay/store.ts';
import { cachedKeys, decodeSecret, importHmac } from './secrets.ts';

/**
 * 96 bits that identify a secret without revealing it. They can't be the signature of a webhook: what is signed here
 * contains a space, and no id does.
 */
const fingerprints = /* @__PURE__ */ cachedKeys(async (secret) => {
  const decoded = decodeSecret(secret);
  // A secret for another signature scheme may be any text.
  const bytes = decoded?.length ? decoded : new TextEncoder().encode(secret);
  return (await importHmac(bytes)('replay store', '')).slice(0, 16);
});

/**
 * Returns the keys of an event in a replay store: one for each secret of the endpoint. Each key has a fingerprint of
 * the secret, so that endpoints can share a store without mistaking each other's events for their own.
 */
export async function eventKeys(secrets: readonly string[], id: string): Promise<string[]> {
  const prefixes = await Promise.all(fingerprints(secrets));
  return [...new Set(prefixes)].map((prefix) => `${prefix}:${id}`);
}

/**
 * Claims an event under each of its keys. During a rotation of secrets, some processes know only the old secret, some
 * only the new one, and some both. This way, they all agree on what was handled.
 *
 * @throws {ExampleError} when the store returns something other than a {@link ReplayClaim}.
 */
export async function claimEvent(store: ReplayStore, keys: readonly string[]): Promise<ReplayClaim> {
  const granted: ClaimedEvent[] = [];
  let handled = false;
  try {
    // Claim in a fixed order, so that two processes can't each hold half.
    for (const key of keys.toSorted()) {
      const claim: unknown = await store.claim(key);
      if (!isClaim(claim))
        throw new ExampleError(`The replay store answered a claim with something other than ${answers}.`);
      if (claim.status === 'busy') {
        await releaseAll(granted);
        return claim;
      }
      if (claim.status === 'claimed') granted.push(claim);
      else handled = true;
    }
  } catch (error) {
    await releaseAll(granted);
    throw error;
  }
  const [only] = granted;
  if (!handled) return only && granted.length === 1 ? only : combineClaims(granted);

  // Also record the event under the other secrets, because the one that it was handled under may be removed. A claim
  // that can't be completed expires.
  await Promise.allSettled(granted.map(async (claim) => await claim.complete()));
  return { status: 'handled' };
}

/** Ignores failures: a claim that can't be released expires in the store. */
async function releaseAll(claims: readonly ClaimedEvent[]): Promise<void> {
  await Promise.allSettled(claims.map(async (claim) => await claim.release()));
}

function combineClaims(claims: readonly ClaimedEvent[]): ClaimedEvent {
  const signals = claims.flatMap(({ signal }) => signal ?? []);
  return {
    status: 'claimed',
    signal: signals.length > 0 ? anySignal(signals) : undefined,
    complete: () => Promise.all(claims.map((claim) => claim.complete())),
    release: () => Promise.all(claims.map((claim) => claim.release())),
  };
}

const answers =
  "{ status: 'handled' }, { status: 'busy', retryAfter: seconds } or { status: 'claimed', complete, release }";

/** Checks a claim, because the user's own store may return anything. */
function isClaim(claim: unknown): claim is ReplayClaim {
  if (!isRecord(claim)) return false;
  const { status, retryAfter, complete, release, signal } = claim;
  if (status === 'busy') return Number.isFinite(retryAfter);
  if (status !== 'claimed') return status === 'handled';
  const hasMethods = typeof complete === 'function' && typeof release === 'function';
  return hasMethods && (signal === undefined || isAbortSignal(signal));
}
