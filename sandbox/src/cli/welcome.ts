/** Text styles for a terminal; without color support they leave the text unchanged. */
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

/** The message that the command line prints once the sandbox is listening. */
export function welcome(
  about: { url: string; apiToken: string; limit: number; window: number; data: string | undefined },
  style: Style,
): string {
  const { url, apiToken, limit, window, data } = about;
  const line = (name: string, value: string) => `  ${style.faint(name.padEnd(11))}${value}\n`;
  return (
    `\n${style.bold('The Example API is running on this machine.')} ${style.faint('Press Ctrl-C to stop.')}\n\n` +
    line('URL', url) +
    line('Token', apiToken) +
    line('Dashboard', new URL('/dashboard', url).href) +
    line('Limit', `${limit} requests per ${window / 1000} s`) +
    line('State', data === undefined ? 'in memory (use --data FILE to keep it)' : `stored in ${data}`) +
    `\nTo use it with the SDK:\n\n` +
    `  export EXAMPLE_BASE_URL=${url} EXAMPLE_API_TOKEN=${apiToken}\n\n` +
    `To try it:\n\n` +
    `  curl -H 'Authorization: Bearer ${apiToken}' '${url}/projects?per_page=2'\n\n`
  );
}
