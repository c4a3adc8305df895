import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import openapi from '../../openapi.json' with { type: 'json' };

export interface Media {
  readonly schema: { readonly $ref: string };
  readonly example?: unknown;
}
interface DocumentedResponse {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Media>>;
}
interface DocumentedOperation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly description: string;
    readonly schema: { readonly type: string };
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

/** The parts of the API's document that the tests read. */
interface OpenapiDocument extends Readonly<
  Record<'paths' | 'webhooks', Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>>
> {
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: object }>>;
    readonly responses: Readonly<Record<string, DocumentedResponse>>;
  };
}

/** The OpenAPI document of the API. */
// TypeScript infers a separate type for each path and response. A test that reads a missing part fails.
export const contract = openapi as unknown as OpenapiDocument;

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats(ajv);
ajv.addSchema(contract, 'document');

/** The operation of a route, such as `GET` and `/users/{id}`. */
export function operation(method: string, path: string): DocumentedOperation {
  const found = contract.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`The document has no ${method} ${path}.`);
  return found;
}

/** What the document says about a status of an operation; `undefined` if it has none. */
export function documented({ responses }: DocumentedOperation, status: number): DocumentedResponse | undefined {
  const response = responses[String(status)];
  return response?.$ref === undefined ? response : contract.components.responses[response.$ref.split('/').at(-1)!];
}

/** What is wrong with a value according to a schema of the document, such as `#/components/schemas/User`. */
export function problemsOf(reference: string, value: unknown): string[] {
  const validate = ajv.getSchema(`document${reference}`);
  if (validate === undefined) throw new Error(`The document has no ${reference}.`);
  return validate(value) === true ? [] : [ajv.errorsText(validate.errors)];
}

/** What is wrong with a response; nothing if the document describes it. */
export function problemsOfResponse(
  asked: DocumentedOperation,
  { status, headers }: Response,
  received: unknown,
): string[] {
  const media = documented(asked, status)?.content?.[headers.get('content-type')?.split(';')[0] ?? ''];
  return media === undefined ? [`There is no such ${status}.`] : problemsOf(media.schema.$ref, received);
}
