/** A path, of which what says least can give way: the query, and the prefix of all unless it may be what is wrong. */
export function Path({ of: target, hasFailed }: { of: string; hasFailed: boolean }) {
  const [, prefix, path, query] = /^(?<prefix>\/v1(?=\/))?(?<path>[^?]*)(?<query>\?.*)?$/s.exec(target) ?? [];
  return <>{[<i class={hasFailed ? '' : 'prefix'}>{prefix}</i>, path, <i>{query}</i>]}</>;
}

/** A URL that a narrow screen breaks between the parts of its path. */
export function Url({ of: url }: { of: string }) {
  return <>{url.split(/(?<=[^/:])(?=\/)/).flatMap((part) => [part, <wbr />])}</>;
}
