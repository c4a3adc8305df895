/** A path. What all have, and the query, are dimmed. */
export function Path({ of: target }: { of: string }) {
  const [, prefix, path, query] = /^(?<prefix>\/v1(?=\/))?(?<path>[^?]*)(?<query>\?.*)?$/s.exec(target) ?? [];
  return <bdi>{[<i>{prefix}</i>, path, <i>{query}</i>]}</bdi>;
}

/** A URL that a narrow screen breaks between the parts of its path. */
export function Url({ of: url }: { of: string }) {
  return <>{url.split(/(?<=[^/:])(?=\/)/).flatMap((part) => [part, <wbr />])}</>;
}
