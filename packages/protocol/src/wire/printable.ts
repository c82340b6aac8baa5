/** Letters that a terminal obeys, that turn the order of a line, or that are not seen; and halves of letters. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** More marks on one letter than any language has run over the lines above. */
const PILE = /(\p{M}{4})\p{M}+/gu;

/** Text without what a terminal obeys: a file, a server or a pack can hold anything. Lines stay lines. */
export function printable(text: string): string {
  return text.replace(OBEYED, (char) => (char === '\n' ? char : '�')).replace(PILE, '$1');
}

/** The same for what must stay in its line: a name, a cell of a table, a message. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '�');
}
