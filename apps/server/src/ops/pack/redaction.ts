import { PLACEHOLDER } from '../events/free-text.js';
import { FreeTexts, LEFT_OUT } from './free-texts.js';
import { PackText } from './pack-text.js';
import type { IdKind, Pseudonyms } from './pseudonyms.js';

/** Something could not be made safe: what it is part of is kept back. */
export class RedactionError extends Error {
  override readonly name = 'RedactionError';
}

/** What takes secrets and names out of one part of a pack, and counts what it took. */
export class Redaction {
  protected readonly pseudonyms: Pseudonyms;
  readonly #byRule = new Map<string, number>();
  /** What is shared: as it is safe, and what was taken out of it. */
  readonly #shared = new Map<string, { readonly safe: string; readonly taken: readonly string[] }>();
  #taken: string[] | null = null;
  readonly count = (rule: string): void => {
    this.#taken?.push(rule);
    this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
  };
  readonly #text: PackText;
  readonly #freeTexts: FreeTexts;
  #droppedFields = 0;

  constructor(pseudonyms: Pseudonyms, freeTexts: FreeTexts = new FreeTexts()) {
    this.pseudonyms = pseudonyms;
    this.#freeTexts = freeTexts;
    this.#text = new PackText({
      isId: (word) => pseudonyms.isId(word),
      inText: (text) => pseudonyms.inText(text, () => this.count('id_in_text')),
    });
  }

  /** Fields that no rule names. */
  get droppedFields(): number {
    return this.#droppedFields;
  }

  /** Leaves out a field that no rule names. Its name may be anybody's: it is counted and not told. */
  drop(_name: string): void {
    this.#droppedFields += 1;
  }

  /** What was taken out, by rule. */
  get byRule(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byRule].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The pseudonym of an id; of one that something had been taken out of, nothing: it may be several people's. */
  id(kind: IdKind, value: string): string {
    if (PLACEHOLDER.test(value)) {
      this.count('removed_earlier');
      return '[removed]';
    }
    this.count(`id_${kind}`);
    return this.pseudonyms.of(kind, value);
  }

  /** The pseudonym of an id whose kind is not known, where it has been met. */
  known(value: string): string | null {
    const id = this.pseudonyms.find(value);
    if (id !== null) this.count('id_known');
    return id;
  }

  /** A name that thousands share is made safe once, by `make`, and counted wherever it stands. */
  shared(given: string, make: (given: string, redaction: Redaction) => string): string {
    const known = this.#shared.get(given);
    if (known !== undefined) {
      for (const rule of known.taken) this.count(rule);
      return known.safe;
    }
    const taken: string[] = [];
    this.#taken = taken;
    try {
      const safe = make(given, this);
      this.#shared.set(given, { safe, taken });
      return safe;
    } finally {
      this.#taken = null;
    }
  }

  /** Free text without secrets, addresses and ids. */
  text(value: string, longest?: number): string {
    return this.#text.of(value, this.count, longest);
  }

  /** What somebody typed: nothing of it, unless it was chosen for the pack. */
  freeText(value: string, from: string): string {
    if (value === '' || value === LEFT_OUT) return value;
    const chosen = this.#freeTexts.take(value, from);
    if (chosen === null) {
      this.count('free_text');
      return LEFT_OUT;
    }
    const safe = this.text(chosen);
    this.#freeTexts.saved(value, safe);
    return safe;
  }

  /** Words of our own, that somebody may be called by as well: without secrets and addresses, with what looks like an id. */
  words(value: string): string {
    return this.#text.words(value, this.count);
  }
}
