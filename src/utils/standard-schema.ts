import type { ValidationIssue } from '../errors/index.ts';

/**
 * A schema of any library that follows [Standard Schema](https://standardschema.dev): zod, Valibot, ArkType and others.
 *
 * @typeParam Output What the schema turns a valid value into.
 */
export interface StandardSchema<Output = unknown> {
  /** The members that Standard Schema defines. */
  readonly '~standard': {
    /** Version of the specification. */
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    /** Returns the output, or the issues of the value. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Only for type inference. */
    readonly types?: StandardTypes<Output> | undefined;
  };
}

/** The types of a {@link StandardSchema}. */
export interface StandardTypes<Output> {
  /** What the schema accepts. */
  readonly input: unknown;
  /** What the schema turns it into. */
  readonly output: Output;
}

/** The result of a {@link StandardSchema}. */
export type StandardResult<Output> = StandardSuccess<Output> | StandardFailure;

/** The value is valid. */
export interface StandardSuccess<Output> {
  /** The output. */
  readonly value: Output;
  /** Always absent. */
  readonly issues?: undefined;
}

/** The value is not valid. */
export interface StandardFailure {
  /** What is wrong with it. */
  readonly issues: readonly StandardIssue[];
}

/** What a {@link StandardSchema} says is wrong with a value. */
export interface StandardIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where in the value it is. */
  readonly path?: readonly (PropertyKey | StandardPathSegment)[] | undefined;
}

/** A key in the path of a {@link StandardIssue}. */
export interface StandardPathSegment {
  /** The key. */
  readonly key: PropertyKey;
}

/** Describes where a body differs from its schema. The libraries' own messages are not used: most repeat values. */
export function describeIssues(issues: readonly StandardIssue[], body: unknown): ValidationIssue[] {
  return issues.map((issue) => {
    // ArkType's path is an array-like class of its own.
    const path = Array.from(issue.path ?? [], (segment) => {
      const key = typeof segment === 'object' ? segment.key : segment;
      return typeof key === 'symbol' ? String(key) : key;
    });
    const { code = 'invalid' } = issue as { code?: unknown }; // zod has codes
    const problem = expectedType(issue) ?? String(code);
    return { path, message: `${problem}, received ${typeAt(body, path)}` };
  });
}

/** True if an issue says that the whole body, and not just a part of it, is of another type. */
export function isOfOtherType(issue: StandardIssue): boolean {
  return !issue.path?.length && expectedType(issue) !== undefined;
}

/** The type that was expected. Most libraries name it. */
function expectedType({ expected }: StandardIssue & { readonly expected?: unknown }): string | undefined {
  return typeof expected === 'string' ? `expected ${expected}` : undefined;
}

/** The location of an issue, such as `data[].created_at`. It is the same for all items of a list. */
export function locationOf(issue: ValidationIssue): string {
  return issue.path.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('');
}

function typeAt(body: unknown, path: readonly (string | number)[]): string {
  let value = body;
  // A schema may name a path that the value doesn't have. Properties of primitives are undefined.
  for (const key of path) value = (value as Partial<Record<string | number, unknown>> | null | undefined)?.[key];
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
