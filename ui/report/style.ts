/** How a terminal shows what matters. Meaning never hangs on colour alone. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
}

const plain = (text: string): string => text;
const sgr = (start: number, end: number) => (text: string) => `\u001b[${start}m${text}\u001b[${end}m`;

export function style(color: boolean): Style {
  return color
    ? { bold: sgr(1, 22), dim: sgr(2, 22), bad: sgr(31, 39), good: sgr(32, 39), warn: sgr(33, 39) }
    : { bold: plain, dim: plain, bad: plain, good: plain, warn: plain };
}

/** Breaks text at spaces so that no line is longer than `width`, except a word that is longer itself. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Control characters of foreign names (pods, processes, paths) must not reach a terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
