import { signWebhook } from '@example/sdk/webhooks';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../../storage/records.ts';

/** How the signature of an attempt was made, so that a failing verification can be understood. */
export interface SignatureExplanation {
  /** Value of `webhook-id`. */
  readonly id: string;
  /** Value of `webhook-timestamp`, in epoch seconds. */
  readonly timestamp: string;
  /** What was signed: id, timestamp and body, joined with dots. */
  readonly content: string;
  readonly bodyBytes: number;
  /** SHA-256 of the body, in hex. */
  readonly bodySha256: string;
  readonly signatures: readonly {
    /** Part of the header `webhook-signature`. */
    readonly value: string;
    readonly madeWith: 'the current secret' | 'the previous secret' | 'an earlier secret';
  }[];
}

export async function explainSignature(
  { requestHeaders }: Attempt,
  { body }: DeliveryRecord,
  endpoint: EndpointRecord,
): Promise<SignatureExplanation> {
  const id = requestHeaders['webhook-id'] ?? '';
  const timestamp = requestHeaders['webhook-timestamp'] ?? '';
  const known = [
    { secret: endpoint.secret, madeWith: 'the current secret' },
    ...(endpoint.previous ? [{ secret: endpoint.previous.secret, madeWith: 'the previous secret' } as const] : []),
  ] as const;
  const expected = await Promise.all(
    known.map(async (candidate) => {
      const headers = await signWebhook({ id, timestamp: Number(timestamp), body, secret: candidate.secret });
      return { ...candidate, value: headers['webhook-signature'] };
    }),
  );
  const signatures = (requestHeaders['webhook-signature'] ?? '').split(' ').map((value) => ({
    value,
    match: expected.find((candidate) => candidate.value === value),
  }));
  const bytes = new TextEncoder().encode(body);
  const content = `${id}.${timestamp}.${body}`;
  return {
    id,
    timestamp,
    content,
    bodyBytes: bytes.length,
    bodySha256: hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))),
    signatures: signatures.map(({ value, match }) => ({ value, madeWith: match?.madeWith ?? 'an earlier secret' })),
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
