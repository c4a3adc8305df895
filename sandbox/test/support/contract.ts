import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import openapi from '../../openapi.json' with { type: 'json' };

interface Media {
  readonly schema: { readonly $ref: string };
  readonly example?: unknown;
}
interface DocumentedResponse {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Media>>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description: string;
  readonly schema: { readonly type: string };
  readonly example?: unknown;
}
interface DocumentedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;

/** The parts that the document of the API has. */
interface OpenapiDocument {
  readonly paths: Paths;
  readonly webhooks: Paths;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: object }>>;
    readonly responses: Readonly<Record<string, DocumentedResponse>>;
  };
}

/** The OpenAPI document of the API. */
// TypeScript infers a type of its own for each path and response. A test that reads a part that is not there fails.
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

/** What is wrong with a value by a schema of the document, such as `#/components/schemas/User`. */
export function problemsOf(reference: string, value: unknown): string[] {
  const validate = ajv.getSchema(`document${reference}`);
  if (validate === undefined) throw new Error(`The document has no ${reference}.`);
  return validate(value) === true ? [] : [ajv.errorsText(validate.errors)];
}

/** What is wrong with a request and its response: nothing, if the document says of both what the sandbox does. */
export function problemsOfExchange(
  asked: DocumentedOperation,
  request: { readonly query: URLSearchParams; readonly json: unknown },
  { status, headers }: Response,
  received: unknown,
): string[] {
  const media = documented(asked, status)?.content?.[headers.get('content-type')?.split(';')[0] ?? ''];
  const problems = requestProblems(asked, request.query, request.json);
  return [
    ...(status < 300 ? problems : []),
    ...(status === 422 && problems.length === 0 ? ['The document allows the request.'] : []),
    ...(media === undefined ? [`There is no such ${status}.`] : problemsOf(media.schema.$ref, received)),
  ];
}

function requestProblems({ parameters = [], requestBody }: DocumentedOperation, query: URLSearchParams, json: unknown) {
  const media = requestBody?.content['application/json'];
  const ofQuery = [...query].flatMap(([name, value]) => {
    const schema = parameters.find((each) => each.in === 'query' && each.name === name)?.schema;
    if (schema === undefined) return `The parameter ${name} is not documented.`;
    const isNumber = schema.type === 'integer' && /^\d+$/.test(value);
    return ajv.validate(schema, isNumber ? Number(value) : value) ? [] : ajv.errorsText();
  });
  return [...ofQuery, ...(media === undefined ? [] : problemsOf(media.schema.$ref, json))];
}
