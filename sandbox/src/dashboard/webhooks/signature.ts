import type { Attempt, DeliveryRecord } from '../../storage/records.ts';

/** How the signature of an attempt was made, so that a failing verification can be understood. */
export async function explainSignature({ requestHeaders }: Attempt, { message: id, body }: DeliveryRecord) {
  const headers = Object.entries(requestHeaders).filter(([name]) => name.startsWith('webhook-'));
  const timestamp = String(requestHeaders['webhook-timestamp']);
  const bytes = new TextEncoder().encode(body);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return {
    id,
    timestamp,
    /** The headers that a receiver reads. */
    headers,
    /** What was signed: id, timestamp and body, joined with dots. */
    content: `${id}.${timestamp}.${body}`,
    bodyBytes: bytes.length,
    /** In hex. */
    bodySha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

export type SignatureExplanation = Awaited<ReturnType<typeof explainSignature>>;
