/** Text without what a terminal obeys: what a server or a pack says is whoever's. Lines stay lines. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (char) => (char === '\n' ? char : '�'));
}

/** JSON, indented, without what a terminal obeys: the same to who reads it as JSON. */
export function printableJson(value: unknown): string {
  // What is below a space is escaped by JSON itself; these it leaves, and terminals obey them, too.
  return JSON.stringify(value, null, 2).replace(/[\x7f-\x9f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}
