import { parseJson } from '../utils/json.ts';
import { Failure } from './failure.ts';

/** Maximum size of a request body, in bytes. */
const maxBodyBytes = 1_000_000;

/**
 * Reads a request's JSON object.
 *
 * @throws {Failure} 400, 413 or 415 when the body can't be read.
 */
export async function readJsonObject(request: Request): Promise<Readonly<Record<string, unknown>>> {
  requireJson(request.headers);
  const text = await readText(request);
  const value = parseJson(text);
  if (value === undefined) throw new Failure(400, 'invalid_json', 'The body is not valid JSON.');
  if (!isObject(value)) throw new Failure(400, 'invalid_json', 'The body must be a JSON object.');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requireJson(headers: Headers): void {
  const [type, ...parameters] = (headers.get('content-type') ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (type !== 'application/json' || (charset !== undefined && !/^charset="?utf-8"?$/.test(charset))) {
    throw new Failure(415, 'unsupported_media_type', 'Send the body as UTF-8 with Content-Type: application/json.');
  }
  if ((headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
    throw new Failure(415, 'unsupported_media_type', 'Send the body without a Content-Encoding.');
  }
}

/**
 * Reads a request's body as text.
 *
 * @throws {Failure} 413 when the body is too large, 400 when it is not UTF-8.
 */
export async function readText(request: Request): Promise<string> {
  const bytes = await readBytes(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure(400, 'invalid_json', 'The body is not valid UTF-8.');
  }
}

const reads = new WeakMap<Request, Promise<Uint8Array>>();

/**
 * Reads a request's body. A route and the log can both read it.
 *
 * @throws {Failure} 413 when the body is too large.
 */
export function readBytes(request: Request): Promise<Uint8Array> {
  const read = reads.get(request) ?? readOnce(request);
  reads.set(request, read);
  return read;
}

async function readOnce(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length')) > maxBodyBytes) throw tooLarge();

  // Firefox has no `request.body`. The type does not say so.
  const body = request.body as ReadableStream<Uint8Array> | null | undefined;
  const reader = (body ?? new Blob([await request.arrayBuffer()]).stream()).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The declared length can be wrong or missing, so the bytes are counted as well.
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength;
    // All of it is read, so that its connection can be used again.
    if (size <= maxBodyBytes) chunks.push(read.value);
  }
  if (size > maxBodyBytes) throw tooLarge();
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(): Failure {
  return new Failure(413, 'payload_too_large', `The body may have at most ${maxBodyBytes} bytes.`);
}
