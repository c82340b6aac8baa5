import { SHORTEST_FORM } from './secret-forms.js';

/** How much of a pattern's beginning decides how far a search may skip, and the run of bytes that it is told by. */
const HEAD = SHORTEST_FORM;
const RUN = 3;
const BITS = 20;
const NONE = -1;
const FIRST_BYTES = 65_536;

/**
 * Looks for many patterns in bytes that come in pieces, over the borders between them (Wu and Manber: most bytes are
 * skipped). It is made once for a pack, and begun anew for each part of it.
 */
export class Patterns {
  /** All patterns, one behind the other: tens of thousands of buffers would be much to collect. */
  #bytes = Buffer.alloc(FIRST_BYTES);
  /** Where each ends, and the next one begins. */
  readonly #ends: number[] = [];
  /** How far the search may go on from a run of bytes; 0 where a pattern's head may end there. */
  readonly #skip = new Uint8Array(1 << BITS).fill(HEAD - RUN + 1);
  /** The first pattern whose head ends with a run, and the next one after each. */
  readonly #first = new Map<number, number>();
  readonly #next: number[] = [];
  /** Bytes of the longest pattern. */
  longest = 0;

  /** @throws Error where it is shorter than `SHORTEST_FORM` bytes. */
  add(text: string): void {
    const length = Buffer.byteLength(text);
    if (length < HEAD) throw new Error(`A pattern of ${length} bytes is too short to be looked for.`);
    const begin = this.#ends.at(-1) ?? 0;
    if (begin + length > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], 2 * this.#bytes.length + length);
    this.#bytes.write(text, begin);
    for (let end = RUN; end <= HEAD; end++) {
      const run = runAt(this.#bytes, begin + end - 1);
      this.#skip[run] = Math.min(this.#skip[run] as number, HEAD - end);
    }
    const run = runAt(this.#bytes, begin + HEAD - 1);
    this.#next.push(this.#first.get(run) ?? NONE);
    this.#first.set(run, this.#ends.length);
    this.#ends.push(begin + length);
    this.longest = Math.max(this.longest, length);
  }

  get size(): number {
    return this.#ends.length;
  }

  /** Whether any of them is in the bytes. */
  isIn(bytes: Uint8Array): boolean {
    if (this.size === 0) return false;
    let end = HEAD - 1;
    while (end < bytes.length) {
      const run = runAt(bytes, end);
      const skip = this.#skip[run] as number;
      if (skip > 0) {
        end += skip;
        continue;
      }
      for (let index = this.#first.get(run) ?? NONE; index !== NONE; index = this.#next[index] as number) {
        if (this.#isAt(bytes, end - HEAD + 1, index)) return true;
      }
      end += 1;
    }
    return false;
  }

  /** Whether a pattern is in the bytes at a place. */
  #isAt(bytes: Uint8Array, at: number, index: number): boolean {
    const begin = index === 0 ? 0 : (this.#ends[index - 1] as number);
    const length = (this.#ends[index] as number) - begin;
    if (at + length > bytes.length) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== this.#bytes[begin + i]) return false;
    return true;
  }
}

/** The last look at a part's bytes before it may leave: whether any secret is in them. */
export class LastScan {
  readonly #patterns: Patterns;
  readonly #isSecret: (word: string) => boolean;
  #rest: Uint8Array = new Uint8Array(0);
  #found = false;

  /** `isSecret` is asked about every word that is as long as a sign-in code. */
  constructor(patterns: Patterns, isSecret: (word: string) => boolean = () => false) {
    this.#patterns = patterns;
    this.#isSecret = isSecret;
  }

  /** Whether a secret has been seen. */
  get found(): boolean {
    return this.#found;
  }

  /** Looks at the next bytes, with the end of those before them. */
  push(bytes: Uint8Array): void {
    if (this.#found) return;
    const whole = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#found = this.#patterns.isIn(whole) || this.#hasSecretWord(whole);
    const keep = Math.max(this.#patterns.longest - 1, CODE_LENGTH + 1);
    this.#rest = whole.slice(Math.max(0, whole.length - keep));
  }

  #hasSecretWord(bytes: Uint8Array): boolean {
    let from = 0;
    for (let i = 0; i <= bytes.length; i++) {
      if (i < bytes.length && IS_WORD[bytes[i] as number] === 1) continue;
      if (i - from === CODE_LENGTH && this.#isSecret(Buffer.from(bytes.subarray(from, i)).toString('latin1')))
        return true;
      from = i + 1;
    }
    return false;
  }
}

/** Characters of a sign-in code: 24 bytes in base64url. */
const CODE_LENGTH = 32;
const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w-]/.test(String.fromCharCode(byte)) && byte < 128 ? 1 : 0,
);

/** A number for the three bytes that end at `end`. */
function runAt(bytes: Uint8Array, end: number): number {
  const three = ((bytes[end - 2] as number) << 16) | ((bytes[end - 1] as number) << 8) | (bytes[end] as number);
  return Math.imul(three, 0x9e3779b1) >>> (32 - BITS);
}
