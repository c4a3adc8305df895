/**
 * How calls are authorised. The rest of the SDK only knows that there is a credential, which may change from one attempt
 * to the next, and that it travels in headers. To support another scheme, implement this interface.
 */
export interface Authorization {
  /** The credential, if it never changes. */
  readonly fixed: string | undefined;
  /**
   * The credential to use for the next attempt. Each has a rate limit of its own, and is redacted from everything that
   * the SDK returns, throws, emits or logs.
   *
   * @throws the signal's reason when it aborts first.
   */
  current(signal: AbortSignal | undefined): Promise<string>;
  /** The headers that a credential is sent in, by lower-case name. */
  headers(credential: string): Readonly<Record<string, string>>;
}
