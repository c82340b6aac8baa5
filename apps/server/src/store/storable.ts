/** What JSON says of a NUL, or of half a character: PostgreSQL refuses both, and with them all that is stored beside. */
const REFUSED = /\\u(?:0000|d[89a-f])/;
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** A text as the database takes it: what it cannot hold is replaced. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\ufffd');
}

/** A value as JSON that the database takes: what it cannot hold of a text is replaced. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Nearly nothing has any of it, and a look costs less than asking of each text.
  return REFUSED.test(json) ? JSON.stringify(value, (_, each) => storableOf(each)) : json;
}

function storableOf(value: unknown): unknown {
  return typeof value === 'string' ? storableText(value) : value;
}
