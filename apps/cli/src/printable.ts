import { printable } from '@okboxbox/protocol';
import { eastAsianWidth } from 'get-east-asian-width';

/** What JSON leaves as it is, and a terminal obeys or a reader does not see. */
const LEFT_BY_JSON = /[\x7f-\x9f\u2028\u2029]|\p{Cf}/gu;

/** JSON, without what a terminal obeys: the same to a JSON parser. Indented by the given number of spaces; 0 puts it on one line. */
export function printableJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(LEFT_BY_JSON, (char) =>
    [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** Columns of a terminal that a printable text takes: letters of the Far East take two, marks none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of printable(text)) {
    if (!/\p{M}/u.test(char)) columns += eastAsianWidth(char.codePointAt(0) ?? 0);
  }
  return columns;
}
