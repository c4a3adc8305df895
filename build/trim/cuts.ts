/** What is cut out of a file, because the SDK never uses it. */
export interface Cuts {
  /** Functions that never run. */
  readonly unreachable?: readonly string[];
  /** Bodies of functions whose result is known, and values of constants. */
  readonly definitions?: Readonly<Record<string, string>>;
  /** Values of expressions: of options that are never set, and of what follows from that. */
  readonly expressions?: Readonly<Record<string, string>>;
  /** Code to add at the end. */
  readonly append?: string;
}

/** What is cut out of a package's files, by their path in `node_modules`. */
export type PackageCuts = Readonly<Record<string, Cuts>>;
