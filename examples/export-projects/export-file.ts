import { existsSync, readFileSync, truncateSync } from 'node:fs';

/**
 * The ids that the file holds already. A line that was cut off, because the computer was, is taken away.
 */
export function openExport(file: string): Set<string> {
  if (!existsSync(file)) return new Set();
  const content = readFileSync(file);
  const end = content.lastIndexOf('\n') + 1;
  if (end < content.length) truncateSync(file, end);
  const lines = content.toString('utf8', 0, end).split('\n').filter(Boolean);
  return new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
}
