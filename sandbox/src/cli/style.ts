import { styleText } from 'node:util';
import type { Output } from './process-io.ts';

/** Text styles for a terminal; without color support they leave the text unchanged. */
export type Style = Readonly<Record<'bold' | 'faint' | 'green' | 'yellow' | 'red', (text: string) => string>>;

export function styleFor(stream: Pick<Output, 'isTTY' | 'hasColors'>): Style {
  const on = stream.isTTY === true && stream.hasColors?.() === true;
  const styled = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    on ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: styled('bold'),
    faint: styled('dim'),
    green: styled('green'),
    yellow: styled('yellow'),
    red: styled('red'),
  };
}
