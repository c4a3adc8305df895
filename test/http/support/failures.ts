/** Rejects as `fetch` of Node.js does when a connection breaks. The code says that the request was sent. */
export const lost =
  (code: string, fields: object = {}) =>
  (): Promise<never> => {
    const cause = Object.assign(new Error(`read ${code}`), { code, syscall: 'read', ...fields });
    return Promise.reject(new TypeError('fetch failed', { cause }));
  };

/** Rejects as `fetch` of a browser does, which never says why. */
export const offline = (): Promise<never> => Promise.reject(new TypeError('Failed to fetch'));
