import { Failure } from '../http/failure.ts';
import type { ResponseRecord } from '../storage/records.ts';
import type { Services } from './services.ts';

/** The response to a request that changed the state. */
export interface SavedResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** How long a key is remembered, in milliseconds: one day. */
const keyLifetime = 86_400_000;

/** Maximum number of keys, so that a load test does not fill the memory. */
const maxKeys = 10_000;

/**
 * Does the work of a request with an `Idempotency-Key` once.
 *
 * @param id The token and the key.
 * @param content Two requests with the same key must have the same content. It is stored, so it must not be secret.
 * @param change Is saved together with its response.
 */
export function once(
  { store, clock }: Services,
  id: string,
  content: string,
  change: () => SavedResponse,
): SavedResponse {
  const { responses } = store;
  const savedAt = clock.now();
  const isForgotten = (record: ResponseRecord) => savedAt - record.savedAt >= keyLifetime;
  const saved = responses.get(id);
  if (saved !== undefined && !isForgotten(saved)) {
    if (saved.fingerprint !== content) throw reused();
    return { ...saved, headers: { ...saved.headers, 'Idempotent-Replayed': 'true' } };
  }
  return store.transaction(() => {
    const response = change();
    responses.delete(id);
    responses.put({ id, fingerprint: content, ...response, savedAt });
    // Records are ordered by age, so the search ends at the first one that stays.
    for (const record of responses.values()) {
      if (!isForgotten(record) && responses.size <= maxKeys) break;
      responses.delete(record.id);
    }
    return response;
  });
}

function reused(): Failure {
  return new Failure(
    409,
    'idempotency_key_reused',
    'This Idempotency-Key was used with another body. Use a new key for a new request.',
  );
}
