/** Does the work now. If it fails, the error is thrown when the result is requested. */
export function deferErrors<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
