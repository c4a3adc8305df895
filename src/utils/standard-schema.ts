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
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a {@link StandardSchema} makes of a value. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/** What is wrong with a value, as a {@link StandardSchema} says it. */
export interface StandardIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where it is. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
