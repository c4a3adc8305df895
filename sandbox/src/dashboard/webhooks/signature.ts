import type { Attempt, DeliveryRecord } from '../../storage/record-types.ts';

/** How the signature of an attempt was made, so that a failing verification can be understood. */
export function explainSignature({ requestHeaders }: Attempt, { message: id, body }: DeliveryRecord) {
  const headers = Object.entries(requestHeaders).filter(([name]) => name.startsWith('webhook-'));
  const timestamp = String(requestHeaders['webhook-timestamp']);
  return {
    id,
    timestamp,
    /** The headers that a receiver reads. */
    headers,
    /** What was signed: id, timestamp and body, joined with dots. */
    content: `${id}.${timestamp}.${body}`,
  };
}

export type SignatureExplanation = ReturnType<typeof explainSignature>;
