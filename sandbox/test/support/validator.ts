import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Media {
  readonly schema: { readonly $ref?: string };
}
interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, Media>>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: object;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A request and its response. */
export interface Exchange {
  readonly method: string;
  /** Path below the server's URL. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** JSON body of the request. */
  readonly sent: unknown;
  readonly status: number;
  readonly type: string | null;
  /** JSON body of the response, or its text. */
  readonly received: unknown;
}

/** Validates exchanges by an OpenAPI document. */
export function openapiValidator(document: object) {
  // The documents of this package have these parts.
  const { paths } = document as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false });
  formats(ajv);
  ajv.addSchema(document, 'document');

  const pointer = (reference: string) => {
    const validate = ajv.getSchema(`document${reference}`);
    if (validate === undefined) throw new Error(`The document has no ${reference}.`);
    return validate;
  };
  const problemsOf = (media: Media, value: unknown): string[] => {
    const validate = media.schema.$ref === undefined ? ajv.compile(media.schema) : pointer(media.schema.$ref);
    return validate(value) === true ? [] : [ajv.errorsText(validate.errors)];
  };
  const resolved = (response: Response): Response =>
    // A reference leads to another part of the same document.
    response.$ref === undefined ? response : (pointer(response.$ref).schema as Response);

  function find(method: string, path: string): { route: string; operation: Operation } | undefined {
    for (const [template, methods] of Object.entries(paths)) {
      const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      const operation = methods[method.toLowerCase()];
      if (operation !== undefined && pattern.test(path)) return { route: `${method} ${template}`, operation };
    }
    return undefined;
  }

  return {
    /** The route of an exchange and what is wrong with it: nothing, if it is as documented. */
    validate(exchange: Exchange): { route: string; problems: string[] } {
      const found = find(exchange.method, exchange.path);
      if (found === undefined)
        return { route: '', problems: [`${exchange.method} ${exchange.path} is not documented.`] };
      const { route, operation } = found;
      const documented = operation.responses[String(exchange.status)];
      if (documented === undefined) return { route, problems: [`${route} has no ${exchange.status}.`] };

      const isSuccess = exchange.status < 300;
      return {
        route,
        problems: [
          ...(isSuccess ? requestProblems(operation, exchange) : []),
          ...responseProblems(resolved(documented), exchange),
        ].map((problem) => `${route} → ${exchange.status}: ${problem}`),
      };
    },
  };

  function requestProblems({ parameters = [], requestBody }: Operation, { query, sent }: Exchange): string[] {
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
      ...(sent !== undefined && media !== undefined ? problemsOf(media, sent) : []),
    ];
  }

  function responseProblems({ content }: Response, { type, received }: Exchange): string[] {
    if (content === undefined) return received === '' ? [] : ['The body is not documented.'];
    const media = content[type?.split(';')[0] ?? ''];
    return media === undefined ? [`The type ${String(type)} is not documented.`] : problemsOf(media, received);
  }
}
