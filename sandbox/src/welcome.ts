/** Puts words into a weight, or leaves them as they are where nobody would see it. */
export interface Style {
  bold(text: string): string;
  faint(text: string): string;
}

export function styleFor(stream: { readonly isTTY?: boolean; hasColors?(): boolean }): Style {
  const on = stream.isTTY === true && stream.hasColors?.() === true;
  const code = (open: number, close: number) => (text: string) =>
    on ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { bold: code(1, 22), faint: code(2, 22) };
}

/** What the command line says when the local API is up. */
export function welcome(
  about: { url: string; apiToken: string; limit: number; window: number; data: string | undefined },
  style: Style,
): string {
  const { url, apiToken, limit, window, data } = about;
  const line = (name: string, value: string) => `  ${style.faint(name.padEnd(11))}${value}\n`;
  return (
    `\n${style.bold('The Example API, on this machine.')} ${style.faint('Ctrl-C ends it.')}\n\n` +
    line('URL', url) +
    line('Token', apiToken) +
    line('Dashboard', new URL('/dashboard', url).href) +
    line('Limit', `${limit} requests in ${window / 1000} s`) +
    line('State', data === undefined ? 'in memory, gone at the end (--data FILE keeps it)' : `kept in ${data}`) +
    `\nFor the SDK:\n\n` +
    `  export EXAMPLE_BASE_URL=${url} EXAMPLE_API_TOKEN=${apiToken}\n\n` +
    `A first call:\n\n` +
    `  curl -H 'Authorization: Bearer ${apiToken}' '${url}/projects?per_page=2'\n\n`
  );
}
