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

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** An operation of the control API. `sandbox/docs/reference.md` lists them all. */
export interface Operation {
  readonly method: Method;
  /** Path below `/__sandbox`, such as `/users/:id`. */
  readonly path: string;
  readonly query?: Schema;
  readonly body?: Schema;
  /** Status of its success. Default: 200. */
  readonly status?: 201 | 204;
  /** Returns the JSON of the response. */
  readonly handle: (request: OperationRequest<unknown, unknown>) => unknown;
}

/**
 * Defines an operation. Its handler gets what the schemas made of the request.
 *
 * @param route Such as `GET /users/:id`.
 */
export function operation<
  Query extends Schema = z.ZodMiniType<undefined>,
  Body extends Schema = z.ZodMiniType<undefined>,
>(
  route: `${Method} /${string}`,
  definition: {
    readonly query?: Query;
    readonly body?: Body;
    readonly status?: 201 | 204;
    readonly handle: (request: OperationRequest<z.output<Query>, z.output<Body>>) => unknown;
  },
): Operation {
  const [method = '', path = ''] = route.split(' ');
  // The route's type says what its parts are. The router calls the handler with the output of these very schemas.
  return { method, path, ...definition } as Operation;
}
