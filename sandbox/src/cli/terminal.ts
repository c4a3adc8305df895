import { styleText } from 'node:util';

/** A stream for a person or a program to read. */
export interface Output {
  write(text: string): unknown;
  /** Width of a terminal, in characters. */
  readonly columns?: number;
  /** Only a terminal has this function. It reads `FORCE_COLOR` and `NO_COLOR`. */
  hasColors?(): boolean;
}

type Format = 'bold' | 'dim' | 'green' | 'yellow' | 'magenta' | 'red';

/** Text with a style, which only a terminal with colors shows. */
export interface Styled {
  readonly text: string;
  readonly format: Format;
}

export type Line = readonly (string | Styled)[];

const styled = (format: Format) => (text: string) => ({ text, format }) satisfies Styled;

export const style = {
  bold: styled('bold'),
  faint: styled('dim'),
  green: styled('green'),
  yellow: styled('yellow'),
  magenta: styled('magenta'),
  red: styled('red'),
};

/**
 * C0 and C1, with which a text would move the cursor, change the clipboard or forge lines, and the characters that are
 * invisible or change the direction of others.
 */
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu;

/** The lines of a text, each at most as long as it fits. A longer word is broken. */
export function wrapped(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(/\s+/).flatMap((each) => each.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The only way to the terminal, because requests and responses may have any text. */
export class Terminal {
  readonly #output: Output;
  readonly #hasColors: boolean;

  constructor(output: Output) {
    this.#output = output;
    this.#hasColors = output.hasColors?.() === true;
  }

  /** Characters that fit into a line; `undefined` in a pipe, and in a terminal that does not know and says 0. */
  get columns(): number | undefined {
    return this.#output.columns === 0 ? undefined : this.#output.columns;
  }

  /** Prints a line, without control characters. */
  line(...parts: Line): void {
    const texts = parts.map((part) => {
      const text = (typeof part === 'string' ? part : part.text).replace(controls, '?');
      const isPlain = typeof part === 'string' || !this.#hasColors;
      return isPlain ? text : styleText(part.format, text, { validateStream: false });
    });
    this.#output.write(`${texts.join('')}\n`);
  }

  lines(lines: readonly Line[]): void {
    for (const each of lines) this.line(...each);
  }

  /** Prints each line of a text, of which those that are too long continue below. */
  text(text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) {
      for (const part of wrapped(line, this.columns ?? Infinity)) this.line(part);
    }
  }
}
