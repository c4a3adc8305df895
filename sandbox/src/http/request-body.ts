import type { HonoRequest } from 'hono';
import { parseJson } from '../utils/json.ts';
import { Failure } from './failure.ts';

/** Maximum size of a request body, in bytes. */
const maxBodyBytes = 1_000_000;

const jsonType = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/**
 * Reads a request's JSON object.
 *
 * @throws {Failure} 400, 413 or 415 when the body can't be read.
 */
export async function readJsonObject(request: HonoRequest): Promise<Readonly<Record<string, unknown>>> {
  if (!jsonType.test(request.header('content-type') ?? '')) {
    throw new Failure(415, 'unsupported_media_type', 'Send the body as UTF-8 with Content-Type: application/json.');
  }
  const text = await readText(request);
  const value = parseJson(text);
  if (value === undefined) throw new Failure(400, 'invalid_json', 'The body is not valid JSON.');
  if (!isObject(value)) throw new Failure(400, 'invalid_json', 'The body must be a JSON object.');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a request's body as text.
 *
 * @throws {Failure} 413 when the body is too large, 400 when it is not UTF-8.
 */
export async function readText(request: HonoRequest): Promise<string> {
  const bytes = await readBytes(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure(400, 'invalid_json', 'The body is not valid UTF-8.');
  }
}

/**
 * Reads a request's body. A route and the log can both read it, because hono keeps it.
 *
 * @throws {Failure} 413 when the body is too large.
 */
export async function readBytes(request: HonoRequest): Promise<ArrayBuffer> {
  // The declared length can be wrong or missing.
  const isTooLarge =
    Number(request.header('content-length')) > maxBodyBytes || (await request.arrayBuffer()).byteLength > maxBodyBytes;
  if (isTooLarge) throw new Failure(413, 'payload_too_large', `The body may have at most ${maxBodyBytes} bytes.`);
  return request.arrayBuffer();
}
