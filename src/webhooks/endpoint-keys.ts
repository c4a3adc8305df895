import { importHmac } from './hmac.ts';
import { cachedKeys, parseSecret, type WebhookSecret } from './secrets.ts';

const fingerprints = /* @__PURE__ */ cachedKeys((secret) => fingerprint(parseSecret(secret).bytes));

/**
 * The keys under which a replay store knows an event: one for each secret of the endpoint. Each has a fingerprint of the
 * secret, so that endpoints that share a store do not take each other's events for their own.
 */
export async function endpointKeys(secret: WebhookSecret, id: string): Promise<string[]> {
  const prefixes = await Promise.all(fingerprints(secret));
  return [...new Set(prefixes)].map((prefix) => `${prefix}:${id}`);
}

/** 96 bits that do not reveal the secret. No id has a space, so that this is not the signature of any webhook. */
async function fingerprint(secret: Uint8Array<ArrayBuffer>): Promise<string> {
  return (await importHmac(secret)('replay store', '')).slice(0, 16);
}
