/** A path. What all have, and the query, are dimmed. The query gives way first, and the end of the path never. */
export function Path({ of: target }: { of: string }) {
  const [, prefix, path = '', query] = /^(\/v1(?=\/))?([^?]*)(\?.*)?$/s.exec(target) ?? [];
  return (
    <bdi>
      <b>{[<i>{prefix}</i>, path.slice(0, -8)]}</b>
      <b>{path.slice(-8)}</b>
      <i>{query}</i>
    </bdi>
  );
}

/** A URL that a narrow screen breaks between the parts of its path. */
export function Url({ of: url }: { of: string }) {
  return <>{url.split(/(?<=[^/:])(?=\/)/).flatMap((part) => [part, <wbr />])}</>;
}
