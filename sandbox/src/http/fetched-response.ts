/** Makes a response what `fetch` would return: it has a URL, and its headers can't be changed. So have its clones. */
export function asFetched(response: Response, url: string): Response {
  const refuse = () => {
    throw new TypeError('The headers of a response are immutable. Copy it with new Response(response.body, response).');
  };
  for (const method of ['append', 'delete', 'set']) Object.defineProperty(response.headers, method, { value: refuse });
  const clone = () => asFetched(Response.prototype.clone.call(response), url);
  // msw and others that answer requests with it set the URL themselves.
  return Object.defineProperties(response, { url: { value: url, configurable: true }, clone: { value: clone } });
}
