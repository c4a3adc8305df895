import type * as z from 'zod/mini';
import type { Services } from '../state/services.ts';

type Schema = z.ZodMiniType;

/** A request to an operation, after its validation. */
interface OperationRequest<Query, Body> extends Services {
  /** The id in the path; empty if the path has none. */
  readonly id: string;
  readonly query: Query;
  readonly body: Body;
}

/** A response that is one JSON value. */
interface JsonResponse {
  readonly status: 200 | 201;
  readonly description: string;
  readonly schema: Schema;
}

/** A response that has one JSON value in each line, and does not end by itself. */
interface LinesResponse {
  readonly status: 200;
  readonly description: string;
  readonly line: Schema;
}

/** A response without a body. */
interface EmptyResponse {
  readonly status: 204;
  readonly description: string;
}

export type OperationResponse = JsonResponse | LinesResponse | EmptyResponse;

/** What the response's type says that the handler returns. */
type Returned<R extends OperationResponse> = R extends JsonResponse
  ? z.input<R['schema']>
  : R extends LinesResponse
    ? ReadableStream<Uint8Array>
    : unknown;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** An operation of the control API: the routes and the OpenAPI document are made of it. */
export interface Operation {
  /** Name in OpenAPI, such as `createUser`. */
  readonly operationId: string;
  readonly method: Method;
  /** Path below `/__sandbox`, such as `/users/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly query: Schema | undefined;
  readonly body: Schema | undefined;
  readonly response: OperationResponse;
  /** Errors besides those that all operations have. */
  readonly failures: readonly (404 | 409)[];
  readonly handle: (request: OperationRequest<unknown, unknown>) => unknown;
}

/**
 * Defines an operation. Its handler gets what the schemas made of the request. One with an id in its path has a 404.
 *
 * @param route Such as `GET /users/{id}`.
 */
export function operation<
  const R extends OperationResponse,
  Query extends Schema = z.ZodMiniType<undefined>,
  Body extends Schema = z.ZodMiniType<undefined>,
>(
  operationId: string,
  route: `${Method} /${string}`,
  summary: string,
  definition: {
    readonly description?: string;
    readonly query?: Query;
    readonly body?: Body;
    readonly response: R;
    /** Whether it has a 409. */
    readonly conflicts?: boolean;
    readonly handle: (request: OperationRequest<z.output<Query>, z.output<Body>>) => Returned<R> | Promise<Returned<R>>;
  },
): Operation {
  const [method = '', path = ''] = route.split(' ');
  const { conflicts = false, query, body, ...rest } = definition;
  const failures = [...(path.includes('{id}') ? [404] : []), ...(conflicts ? [409] : [])];
  // The route's type says what its parts are. The router calls the handler with the output of these very schemas.
  return { operationId, method, path, summary, query, body, failures, ...rest } as Operation;
}
