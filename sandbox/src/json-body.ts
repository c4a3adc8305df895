import { readText } from './body-text.ts';
import { Failure } from './failure.ts';

/** A request's JSON object, or the failure that says why there is none. */
export async function readJsonObject(request: Request): Promise<Readonly<Record<string, unknown>>> {
  requireJson(request.headers);
  const text = await readText(request);

  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(400, 'invalid_json', 'The body is not valid JSON.');
  }
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
