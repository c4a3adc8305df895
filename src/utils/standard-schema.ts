import type { ValidationIssue } from '../errors/index.ts';

/**
 * A schema of any library that follows [Standard Schema](https://standardschema.dev): zod, Valibot, ArkType and others.
 *
 * @typeParam Output What the schema makes of a valid value.
 */
export interface StandardSchema<Output = unknown> {
  /** The members that Standard Schema defines. */
  readonly '~standard': {
    /** Version of the specification. */
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    /** Returns the output, or what is wrong with the value. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Only for type inference. */
    readonly types?: StandardTypes<Output> | undefined;
  };
}

/** The types of a {@link StandardSchema}. */
export interface StandardTypes<Output> {
  /** What it takes. */
  readonly input: unknown;
  /** What it makes of a valid value. */
  readonly output: Output;
}

/** What a {@link StandardSchema} makes of a value. */
export type StandardResult<Output> = StandardSuccess<Output> | StandardFailure;

/** The value is valid. */
export interface StandardSuccess<Output> {
  /** What the schema makes of it. */
  readonly value: Output;
  /** Always absent. */
  readonly issues?: undefined;
}

/** The value is not valid. */
export interface StandardFailure {
  /** What is wrong with it. */
  readonly issues: readonly StandardIssue[];
}

/** What is wrong with a value, as a {@link StandardSchema} says it. */
export interface StandardIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where it is. */
  readonly path?: readonly (PropertyKey | StandardPathSegment)[] | undefined;
}

/** A key in the path of a {@link StandardIssue}. */
export interface StandardPathSegment {
  /** The key. */
  readonly key: PropertyKey;
}

/** Says where a body differs from its schema, without its values, which the messages of most libraries repeat. */
export function describeIssues(issues: readonly StandardIssue[], body: unknown): ValidationIssue[] {
  return issues.map((issue) => {
    // ArkType's path is of a class of its own.
    const path = Array.from(issue.path ?? [], (segment) => {
      const key = typeof segment === 'object' ? segment.key : segment;
      return typeof key === 'symbol' ? String(key) : key;
    });
    const { code = 'invalid' } = issue as { code?: unknown };
    const problem = expectedType(issue) ?? String(code);
    return { path, message: `${problem}, received ${typeAt(body, path)}` };
  });
}

/** Whether an issue says that the whole body is of another type, and not only a part of it. */
export function isOfOtherType(issue: StandardIssue): boolean {
  return !issue.path?.length && expectedType(issue) !== undefined;
}

/** Most libraries name the type that they expected. */
function expectedType({ expected }: StandardIssue & { readonly expected?: unknown }): string | undefined {
  return typeof expected === 'string' ? `expected ${expected}` : undefined;
}

/** `data[].created_at`: the location of an issue, the same for every item of a list. */
export function locationOf(issue: ValidationIssue): string {
  return issue.path.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('');
}

function typeAt(body: unknown, path: readonly (string | number)[]): string {
  let value = body;
  // A schema may name a place that the value does not have.
  for (const key of path) value = (value as Partial<Record<string | number, unknown>> | null | undefined)?.[key];
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
