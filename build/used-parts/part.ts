/** What is known of a file, in the way in which the SDK uses it. */
export interface Part {
  /** Functions that never run. */
  readonly never?: string;
  /** Bodies of functions whose result is known, and values of constants. */
  readonly bodies?: Readonly<Record<string, string>>;
  /** Values of expressions: options that are never set, and what follows from that. */
  readonly values?: Readonly<Record<string, string>>;
  /** Code to add at the end. */
  readonly append?: string;
}

/** What is known of a package's files, by path. */
export type Parts = Readonly<Record<string, Part>>;
