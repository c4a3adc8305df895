import { Failure } from '../http/failure.ts';
import type { ResponseRecord } from '../storage/record-types.ts';
import type { Services } from './services.ts';

/** The response to a request that changed the state. */
export type SavedResponse = Pick<ResponseRecord, 'status' | 'body' | 'headers'>;

/** How long a key is remembered, in milliseconds: one day. */
const keyLifetime = 86_400_000;

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
  const saved = responses.get(id);
  if (saved !== undefined && savedAt - saved.savedAt < keyLifetime) {
    if (saved.fingerprint !== content) {
      const message = 'This Idempotency-Key was used with another body. Use a new key for a new request.';
      throw new Failure(409, 'idempotency_key_reused', message);
    }
    return { ...saved, headers: { ...saved.headers, 'Idempotent-Replayed': 'true' } };
  }
  return store.transaction(() => {
    const response = change();
    responses.put({ id, fingerprint: content, ...response, savedAt });
    return response;
  });
}
