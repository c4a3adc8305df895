/** Encodes bytes as padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Decodes base64. Its padding may be missing, and so may any value of the bits that its last character leaves unused. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  // `atob` itself skips whitespace.
  if (!/^[\w+/]*={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
