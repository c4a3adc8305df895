/** A path. What all have, and the query, are dimmed. The query gives way first, and then what is between two slashes. */
export function Path({ of: target }: { of: string }) {
  const [, prefix, path = '', query] = /^(\/v1(?=\/))?([^?]*)(\?.*)?$/s.exec(target) ?? [];
  const [start, ...others] = path.split(/(?<=.)(?=\/)/s);
  const [middle, end] = [others.slice(0, -1).join(''), others.at(-1)];
  return (
    <>
      <bdi title={target}>
        {prefix && <i>{prefix}</i>}
        <b>{start}</b>
        {middle !== '' && <b>{path.length > 24 ? '/…' : middle}</b>}
        {end !== undefined && <b>{end}</b>}
      </bdi>
      {query && <i class="query">{query}</i>}
    </>
  );
}

/** A URL on a line: its host is dimmed, and what is between the host and the end of the path gives way. */
export function Url({ of: url }: { of: string }) {
  const [host, ...path] = url.replace(/^\w+:\/\//, '').split(/(?=\/)/);
  return (
    <bdi class="url" title={url}>
      <i>{host}</i>
      <b>{path.slice(0, -1).join('')}</b>
      <b>{path.at(-1)}</b>
    </bdi>
  );
}
