import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Media {
  readonly schema: { readonly $ref: string };
  readonly example?: unknown;
}
export interface DocumentedResponse {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Media>>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description: string;
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
  readonly example?: unknown;
}
export interface DocumentedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;

/** The parts that the documents of this package have. */
export interface OpenapiDocument {
  readonly paths: Paths;
  readonly webhooks?: Paths;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: object }>>;
    readonly responses: Readonly<Record<string, DocumentedResponse>>;
  };
}

/** A request and its response. */
export interface Exchange {
  /** Method, and path and query below the server's URL, such as `GET /users/user_123`. */
  readonly request: string;
  /** JSON body of the request. */
  readonly sent: unknown;
  readonly response: Response;
  /** JSON body of the response, one value of a stream, or a text. */
  readonly received: unknown;
}

/** The JSON body of a response, or its text. */
export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return isJson ? JSON.parse(text) : text;
}

/** Validates exchanges by an OpenAPI document. */
export function openapiValidator(document: object) {
  const { paths } = document as OpenapiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false });
  formats(ajv);
  ajv.addSchema(document, 'document');

  const pointer = (reference: string) => {
    const validate = ajv.getSchema(`document${reference}`);
    if (validate === undefined) throw new Error(`The document has no ${reference}.`);
    return validate;
  };
  /** What is wrong with a value by a schema of the document, such as `#/components/schemas/User`. */
  const problemsOf = (reference: string, value: unknown): string[] => {
    const validate = pointer(reference);
    return validate(value) === true ? [] : [ajv.errorsText(validate.errors)];
  };
  const resolved = (response: DocumentedResponse): DocumentedResponse =>
    // A reference leads to another part of the same document.
    response.$ref === undefined ? response : (pointer(response.$ref).schema as DocumentedResponse);

  function find(method: string, path: string): { route: string; operation: DocumentedOperation } | undefined {
    for (const [template, methods] of Object.entries(paths)) {
      const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      const operation = methods[method.toLowerCase()];
      if (operation !== undefined && pattern.test(path)) return { route: `${method} ${template}`, operation };
    }
    return undefined;
  }

  return {
    problemsOf,
    /** The route of an exchange and what is wrong with it: nothing, if it is as documented. */
    validate({ request, sent, response, received }: Exchange): { route: string; problems: string[] } {
      const [method = '', target = ''] = request.split(' ');
      const { pathname, searchParams } = new URL(target, 'http://localhost');
      const found = find(method, pathname);
      if (found === undefined) return { route: '', problems: [`${request} is not documented.`] };
      const { route, operation } = found;
      const { status, headers } = response;
      const documented = operation.responses[String(status)];
      if (documented === undefined) return { route, problems: [`${route} has no ${status}.`] };
      const problems = [
        ...(status < 300 ? requestProblems(operation, searchParams, sent) : []),
        ...responseProblems(resolved(documented), headers.get('content-type') ?? '', received),
      ];
      return { route, problems: problems.map((problem) => `${route} → ${status}: ${problem}`) };
    },
  };

  function requestProblems(
    { parameters = [], requestBody }: DocumentedOperation,
    query: URLSearchParams,
    sent: unknown,
  ): string[] {
    const undocumented = [...query.keys()].filter((name) => !parameters.some((parameter) => parameter.name === name));
    const missing = parameters.filter(
      ({ name, in: place, required }) => place === 'query' && required && !query.has(name),
    );
    const media = requestBody?.content['application/json'];
    return [
      ...undocumented.map((name) => `The parameter ${name} is not documented.`),
      ...missing.map(({ name }) => `The parameter ${name} is missing.`),
      ...(sent === undefined && requestBody?.required === true ? ['The body is missing.'] : []),
      ...(sent !== undefined && media === undefined ? ['The body is not documented.'] : []),
      ...(sent !== undefined && media !== undefined ? problemsOf(media.schema.$ref, sent) : []),
    ];
  }

  function responseProblems({ content }: DocumentedResponse, type: string, received: unknown): string[] {
    if (content === undefined) return received === '' ? [] : ['The body is not documented.'];
    const media = content[type.split(';')[0] ?? ''];
    return media === undefined ? [`The type ${type} is not documented.`] : problemsOf(media.schema.$ref, received);
  }
}
