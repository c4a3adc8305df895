import type * as z from 'zod/mini';
import type { SandboxState } from '../state/sandbox-state.ts';
import type { Services } from '../state/services.ts';

type Schema = z.ZodMiniType;

/** What an operation may use. */
export interface ControlServices extends Services {
  readonly state: SandboxState;
}

/** A request to an operation, after its validation. */
export interface OperationRequest<Query, Body> extends ControlServices {
  /** The id in the path; empty if the path has none. */
  readonly id: string;
  readonly query: Query;
  readonly body: Body;
}

/** Errors that an operation has besides those that all operations have. */
export type OperationFailure = 404 | 409;

interface Description {
  /** Name of the operation in OpenAPI, such as `createUser`. */
  readonly operationId: string;
  readonly tag: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path below `/__sandbox`, such as `/users/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly failures?: readonly OperationFailure[] | undefined;
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

/** An operation of the control API: the routes and the OpenAPI document are made of it. */
export interface Operation extends Description {
  readonly query: Schema | undefined;
  readonly body: Schema | undefined;
  readonly response: OperationResponse;
  readonly handle: (request: OperationRequest<unknown, unknown>) => unknown;
}

/** Defines an operation. Its handler gets what the schemas made of the request. */
export function operation<
  const R extends OperationResponse,
  Query extends Schema = z.ZodMiniType<undefined>,
  Body extends Schema = z.ZodMiniType<undefined>,
>(
  definition: Description & {
    readonly query?: Query;
    readonly body?: Body;
    readonly response: R;
    readonly handle: (request: OperationRequest<z.output<Query>, z.output<Body>>) => Returned<R> | Promise<Returned<R>>;
  },
): Operation {
  const { query, body, ...rest } = definition;
  // The router calls the handler with the output of these very schemas.
  return { ...rest, query, body } as Operation;
}
