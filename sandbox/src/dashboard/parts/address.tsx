/** A path or URL on a line. What all have is dimmed, as is the query. What is between the ends of the path gives way. */
export function Address({ of: target }: { of: string }) {
  const [path = '', ...query] = target.replace(/^\w+:\/\//, '').split(/(?=\?)/s);
  const parts = path.split(/(?<=.)(?=\/)/s);
  const start = parts.length > 1 && /^(\/v1$|[^/])/.test(String(parts[0])) ? parts.shift() : undefined;
  return (
    <>
      <bdi title={target}>
        {start && <i>{start}</i>}
        {parts.length > 1 && <b>{parts.slice(0, -1).join('')}</b>}
        <b>{parts.at(-1)}</b>
      </bdi>
      {query.length > 0 && <i class="query">{query}</i>}
    </>
  );
}
