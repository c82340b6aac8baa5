/** A line of a file; lines count from 1. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
  /** False for a last line that has no line end. */
  readonly ended: boolean;
}

/** A line that is longer than a record can be. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

const NEWLINE = 0x0a;

/**
 * Cuts bytes into lines at `\n` or `\r\n`, holding no more than one line.
 * @throws LineTooLong where a line is longer than `maxBytes`.
 */
export async function* textLines(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let number = 1;
  let begun: Uint8Array[] = [];
  let begunBytes = 0;

  /** The line that these bytes end. */
  const finish = (rest: Uint8Array, ended: boolean): TextLine => {
    begunBytes += rest.length;
    if (begunBytes > maxBytes) throw new LineTooLong(`line ${number} is longer than ${maxBytes} bytes`);
    const bytes = begun.length === 0 ? rest : Buffer.concat([...begun, rest], begunBytes);
    begun = [];
    begunBytes = 0;
    const text = decoder.decode(bytes);
    return { number: number++, text: text.endsWith('\r') ? text.slice(0, -1) : text, ended };
  };

  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      yield finish(piece.subarray(start, end), true);
      start = end + 1;
    }
    if (start === piece.length) continue;
    begun.push(piece.subarray(start));
    begunBytes += piece.length - start;
    if (begunBytes > maxBytes) throw new LineTooLong(`line ${number} is longer than ${maxBytes} bytes`);
  }
  if (begunBytes > 0) yield finish(new Uint8Array(), false);
}
