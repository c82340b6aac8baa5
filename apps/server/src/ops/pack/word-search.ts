const SHORTEST = 3;
const LETTER = /[\p{L}\p{N}]/u;
/** What may stand before a word although it ends with a letter: a sign as JSON or an address writes it. */
const WRITTEN = /(?:\\[nrtbf]|\\u[\da-f]{4}|%[\da-f]{2})$/i;
/** Characters of the longest of them. */
const LONGEST_WRITTEN = 6;

/** Letters without their size, character by character: as many as before. */
export function fold(text: string): string {
  const folded = text.toLowerCase();
  if (folded.length === text.length) return folded;
  return Array.from({ length: text.length }, (_, i) => {
    const small = text.charAt(i).toLowerCase();
    return small.length === 1 ? small : text.charAt(i);
  }).join('');
}

/**
 * Looks for many words at once, whatever they are made of and however large their letters are, where no letter or digit
 * stands beside them. A place of a text costs a look-up for each length that words with its beginning have.
 */
export class WordSearch<T> {
  readonly #words = new Map<string, T>();
  /** Lengths of the words that begin alike, the longest first. */
  readonly #lengths = new Map<string, number[]>();

  /** Adds a word of at least three characters; the first that is told of one stays. */
  add(word: string, of: T): void {
    const folded = fold(word);
    if (folded.length < SHORTEST || this.#words.has(folded)) return;
    this.#words.set(folded, of);
    const begin = folded.slice(0, SHORTEST);
    const lengths = this.#lengths.get(begin) ?? [];
    if (!lengths.includes(folded.length)) {
      lengths.push(folded.length);
      lengths.sort((a, b) => b - a);
    }
    this.#lengths.set(begin, lengths);
  }

  /** Whether a whole text is one of the words. */
  has(word: string): boolean {
    return this.#words.has(fold(word));
  }

  /** A text with each word replaced by what `put` makes of it, the longest one where several begin at a place. */
  replace(text: string, put: (of: T) => string): string {
    if (this.#words.size === 0) return text;
    const folded = fold(text);
    let made = '';
    let done = 0;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      const lengths = this.#lengths.get(folded.slice(at, at + SHORTEST));
      if (lengths === undefined || !isBorder(text, at)) continue;
      for (const length of lengths) {
        const of = this.#words.get(folded.slice(at, at + length));
        if (of === undefined || at + length > text.length || LETTER.test(text.charAt(at + length))) continue;
        made += text.slice(done, at) + put(of);
        done = at + length;
        at = done - 1;
        break;
      }
    }
    return made + text.slice(done);
  }
}

/** Whether a word may begin at a place. */
function isBorder(text: string, at: number): boolean {
  if (at === 0 || !LETTER.test(text.charAt(at - 1))) return true;
  return WRITTEN.test(text.slice(Math.max(0, at - LONGEST_WRITTEN), at));
}
