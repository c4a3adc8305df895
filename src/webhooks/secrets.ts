import { bindingAdvice, environmentVariable, nodeCrypto } from '../utils/runtime.ts';
import { describeValue } from '../utils/arguments.ts';
import { bytesOf, joinChunks, textOf, type RawBody } from './body.ts';
import { headerReader, type HeaderReader, type WebhookHeaders } from './headers.ts';
import { WebhookVerificationError } from './verification-error.ts';

/**
 * The secret of a webhook endpoint, or several while you rotate secrets: base64 of at least 24 bytes, with or without
 * the prefix `whsec_`. If it is `undefined`, the environment variable `EXAMPLE_WEBHOOK_SECRET` is read when the secret
 * is used.
 */
export type WebhookSecret = string | readonly string[] | undefined;

/** A request that claims to be a webhook. Nothing of it is verified. */
export interface UnverifiedWebhook {
  /** The headers: `headers.get('x-tenant')`, in any case. */
  readonly headers: HeaderReader;
  /** The body exactly as received, as text. */
  readonly body: string;
}

/**
 * A {@link WebhookSecret}, or a function that returns it, such as one that asks a secret manager or looks up a tenant.
 * It is called for each request, so let it cache what it fetches. If it returns `undefined`, the request is rejected.
 */
export type WebhookSecretSource =
  WebhookSecret | ((webhook: UnverifiedWebhook) => WebhookSecret | Promise<WebhookSecret>);

/** Covers every endpoint of a service. A platform with more tenants imports some keys again. */
const maxCachedKeys = 1_000;
/** The least that the specification allows for a secret. A variable that holds `null` by mistake has less. */
const minBytes = 24;

/** The keys of the secrets. Throws `invalid_secret` if one can't be used. */
export const hmacKeys = /* @__PURE__ */ cachedKeys((secret) => importHmac(parseSecret(secret)));

export function cachedKeys<Key>(importKey: (secret: string) => Key): (secrets: readonly string[]) => Key[] {
  const cache = new Map<string, Key>();
  return (secrets) =>
    secrets.map((secret) => {
      const cached = cache.get(secret);
      if (cached !== undefined) return cached;
      const key = importKey(secret);
      if (cache.size >= maxCachedKeys) cache.clear();
      cache.set(secret, key);
      return key;
    });
}

/** The secrets of an endpoint, for a request. Rejects with `unknown_secret` or `invalid_secret` if there is none. */
export async function readSecrets(
  source: WebhookSecretSource,
  headers: WebhookHeaders,
  body: RawBody,
): Promise<readonly string[]> {
  if (typeof source !== 'function') return listSecrets(source);
  const secret = await source({ headers: headerReader(headers), body: textOf(body) });
  // A tenant that is not known must not be verified with the secret of the environment.
  if (secret !== undefined) return listSecrets(secret, 'what the secret function returned');
  throw new WebhookVerificationError('unknown_secret', 'The secret function returned no secret for this request.');
}

/** The given secrets, or else that of the environment. Throws `invalid_secret` if there is none. */
export function listSecrets(
  secret: WebhookSecret = environmentVariable('EXAMPLE_WEBHOOK_SECRET'),
  name = 'secret',
): readonly string[] {
  if (secret === undefined) throw invalidSecret('there is none.');
  const isList = Array.isArray(secret) && secret.length > 0;
  const secrets = (isList ? secret : [secret]) as readonly string[]; // what it lists is checked
  const index = secrets.findIndex((item) => typeof item !== 'string' || item === '');
  if (index < 0) return secrets;
  const place = isList ? `${name}[${index}]` : name;
  const advice = name === 'secret' ? undefined : 'Return undefined if you know no secret for the request.';
  throw invalidSecret(
    `${place} must be a string that is not empty; got ${describeValue(secrets[index], true)}.`,
    advice,
  );
}

function parseSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeSecret(secret);
  if (bytes === undefined) throw invalidSecret('it is not base64, with or without the prefix whsec_.');
  if (bytes.length < minBytes) throw invalidSecret(`it has ${bytes.length} bytes, and needs at least ${minBytes}.`);
  return bytes;
}

/** The bytes of a secret; `undefined` if it is not base64. Padding may be missing, unused bits set, lines broken. */
export function decodeSecret(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = secret.trim().replace(/^whsec_/, '');
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** `reason` must not quote the secret. */
function invalidSecret(reason: string, given?: string): WebhookVerificationError {
  const advice = `Pass \`secret\`, or set EXAMPLE_WEBHOOK_SECRET.${bindingAdvice('secret', 'EXAMPLE_WEBHOOK_SECRET')}`;
  return new WebhookVerificationError(
    'invalid_secret',
    `The webhook secret can't be used: ${reason} ${given ?? advice}`,
  );
}

/** Returns the HMAC-SHA256 of prefix and body as base64, in a promise only if the runtime has only WebCrypto. */
export type Hmac = (prefix: string, body: RawBody) => string | Promise<string>;

/** Prefers Node's `crypto`: WebCrypto runs everywhere, but is several times slower, because it changes threads. */
export function importHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  try {
    const node = nodeCrypto();
    if (node === undefined) return webHmac(secret);
    const key = node.createSecretKey(secret);
    // Some platforms have the module, but its functions throw: one call finds out.
    node.createHmac('sha256', key).digest();
    return (prefix, body) => node.createHmac('sha256', key).update(prefix).update(body).digest('base64');
  } catch {
    return webHmac(secret);
  }
}

function webHmac(secret: Uint8Array<ArrayBuffer>): Hmac {
  const key = crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (prefix, body) => {
    const content = joinChunks([bytesOf(prefix), bytesOf(body)]);
    const hash = await crypto.subtle.sign('HMAC', await key, content);
    return btoa(String.fromCharCode(...new Uint8Array(hash)));
  };
}
