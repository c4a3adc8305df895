/**
 * Takes away the browser's ways to send something, some of which belong to the prototypes of the global scope. The
 * `fetch` of the API in the page takes the place of the browser's.
 */
export function closeWaysOut(): void {
  const names = [
    ...['fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport'],
    // They load what an address leads to.
    ...['importScripts', 'Worker', 'caches', 'Cache', 'CacheStorage', 'FontFace', 'fonts'],
  ];
  for (let scope: unknown = globalThis; scope !== null; scope = Object.getPrototypeOf(scope)) {
    for (const name of names) Reflect.deleteProperty(scope as object, name);
  }
}
