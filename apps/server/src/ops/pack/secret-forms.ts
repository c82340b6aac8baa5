/** Shortest secret that is looked for by its value, in characters: a shorter one stands in any text. */
export const SHORTEST_SECRET = 8;
/** Shortest pattern, in bytes: of base64, what is certain is shorter than the whole. */
export const SHORTEST_FORM = 8;
/** From here on each half is looked for, and so a secret that was cut. */
const HALVED_FROM = 24;

/** A value that must not be in any pack. Of an `opaque` one each half is as bad as the whole. */
export interface Secret {
  readonly value: string;
  readonly isOpaque: boolean;
  /** One of thousands: its halves are looked for as they are alone, or there would be too much to look for. */
  readonly isOfMany?: boolean;
}

/**
 * Every way in which a secret may stand in JSON: as it is, in a text of JSON once and twice, in an address, in hexadecimal
 * digits of either case, and in base64 of either alphabet wherever in a longer text it begins. What is looked for by its
 * halves is found whole by them: every form of it begins with that of the first.
 */
export function formsOf({ value, isOpaque, isOfMany = false }: Secret): Set<string> {
  const forms = new Set<string>();
  const middle = middleOf(value);
  const parts = isOpaque && value.length >= HALVED_FROM ? [value.slice(0, middle), value.slice(middle)] : [value];
  for (const part of parts) {
    const escaped = JSON.stringify(part).slice(1, -1);
    const inUrl = encodeURIComponent(part);
    forms.add(part).add(escaped).add(JSON.stringify(escaped).slice(1, -1));
    forms.add(inUrl).add(inUrl.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  }
  for (const part of isOfMany ? [value] : parts) {
    const bytes = Buffer.from(part);
    const hex = bytes.toString('hex');
    forms.add(hex).add(hex.toUpperCase());
    for (const before of [0, 1, 2]) {
      const text = base64At(bytes, before);
      forms.add(text).add(text.replaceAll('+', '-').replaceAll('/', '_'));
    }
  }
  for (const form of forms) if (Buffer.byteLength(form) < SHORTEST_FORM) forms.delete(form);
  return forms;
}

/** Where a text is halved: between two characters, for half of one is in no address. */
function middleOf(text: string): number {
  const middle = Math.ceil(text.length / 2);
  return (text.codePointAt(middle - 1) ?? 0) > 0xffff ? middle + 1 : middle;
}

/** Base64 of bytes that begin off a border of three: the digits that nothing around them can change. */
function base64At(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
