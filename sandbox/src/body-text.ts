import { Failure } from './failure.ts';

/** Bytes that a request body may have at most. */
export const MAX_BODY_BYTES = 1_000_000;

/** A request's body as text. @throws Failure 413 if it is too large, 400 if it is not UTF-8 */
export async function readText(request: Request): Promise<string> {
  const bytes = await readBytes(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure(400, 'invalid_json', 'The body is not valid UTF-8.');
  }
}

async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) throw tooLarge();

  const chunks: Uint8Array[] = [];
  let size = 0;
  // A declared length can be wrong or missing (chunked), so the bytes are counted, too.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(): Failure {
  return new Failure(413, 'payload_too_large', `The body may have at most ${MAX_BODY_BYTES} bytes.`);
}
