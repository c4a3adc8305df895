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
