import { ExampleError } from '../errors/example-error.ts';
import { isAbortSignal } from '../utils/arguments.ts';
import { isRecord } from '../utils/json.ts';
import type { ClaimedEvent, ReplayClaim, ReplayStore } from './replay-store.ts';
import { cachedKeys, decodeSecret, importHmac } from './secrets.ts';

/** 96 bits that identify a secret and don't reveal it. No id has a space, so they aren't the signature of a webhook. */
const fingerprints = /* @__PURE__ */ cachedKeys(async (secret) => {
  const decoded = decodeSecret(secret);
  // A secret of another signature scheme may be any text.
  const bytes = decoded?.length ? decoded : new TextEncoder().encode(secret);
  return (await importHmac(bytes)('replay store', '')).slice(0, 16);
});

/**
 * The keys under which a replay store knows an event: one for each secret of the endpoint. Each has a fingerprint of
 * the secret, so that endpoints that share a store do not take each other's events for their own.
 */
export async function eventKeys(secrets: readonly string[], id: string): Promise<string[]> {
  const prefixes = await Promise.all(fingerprints(secrets));
  return [...new Set(prefixes)].map((prefix) => `${prefix}:${id}`);
}

/**
 * Claims an event under each of its keys, one for each secret of the endpoint. While secrets are rotated, processes
 * that have only the old one, only the new one, or both, therefore agree on what was handled.
 *
 * @throws {ExampleError} when the store answers something that is not a {@link ReplayClaim}.
 */
export async function claimEvent(store: ReplayStore, keys: readonly string[]): Promise<ReplayClaim> {
  const granted: ClaimedEvent[] = [];
  let handled = false;
  try {
    // In one order everywhere, so that of two processes one gets all.
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

  // Recorded under the other secrets, too, in case the one under which it was handled is removed. A claim that can't be
  // completed expires.
  await Promise.allSettled(granted.map(async (claim) => await claim.complete()));
  return { status: 'handled' };
}

/** A claim that can't be released expires in the store. */
async function releaseAll(claims: readonly ClaimedEvent[]): Promise<void> {
  await Promise.allSettled(claims.map(async (claim) => await claim.release()));
}

function combineClaims(claims: readonly ClaimedEvent[]): ClaimedEvent {
  // Next.js' edge runtime has no `AbortSignal.any`.
  const lost = new AbortController();
  const signals = claims.flatMap(({ signal }) => signal ?? []);
  for (const signal of signals) {
    const lose = () => lost.abort(signal.reason);
    if (signal.aborted) lose();
    else signal.addEventListener('abort', lose, { once: true });
  }
  return {
    status: 'claimed',
    signal: signals.length > 0 ? lost.signal : undefined,
    complete: () => Promise.all(claims.map((claim) => claim.complete())),
    release: () => Promise.all(claims.map((claim) => claim.release())),
  };
}

const answers =
  "{ status: 'handled' }, { status: 'busy', retryAfter: seconds } or { status: 'claimed', complete, release }";

/** A store of the user's own may answer anything. */
function isClaim(claim: unknown): claim is ReplayClaim {
  if (!isRecord(claim)) return false;
  const { status, retryAfter, complete, release, signal } = claim;
  if (status === 'busy') return Number.isFinite(retryAfter);
  if (status !== 'claimed') return status === 'handled';
  const isSettled = typeof complete === 'function' && typeof release === 'function';
  return isSettled && (signal === undefined || isAbortSignal(signal));
}
