import { createHmac, randomBytes } from 'node:crypto';
import type { PackFreeText } from '@okboxbox/protocol';
import { withoutPersonalText } from '../events/personal-text.js';

/** Stands in a pack where a free text does not. */
export const LEFT_OUT = '[free text left out]';

/** Keys of texts are of this process alone: nobody can try out texts against them. */
const SECRET = randomBytes(32);

/** A text that was met, and what a pack has of it. */
interface Met {
  readonly key: string;
  /** Without what looks like a secret. */
  readonly clean: string;
  readonly from: Set<string>;
  safe: string;
}

/** The texts that people typed and relays said, of one pack: which of them it may hold, and which it has met. */
export class FreeTexts {
  readonly #wanted: boolean | ReadonlySet<string>;
  /** By the text, and by what is left of it without secrets: it may be met in both forms. */
  readonly #met = new Map<string, Met>();

  /** `wanted`: all, none, or those with these keys. */
  constructor(wanted: boolean | readonly string[] = false) {
    this.#wanted = typeof wanted === 'boolean' ? wanted : new Set(wanted);
  }

  /** What a pack may hold of a text, before ids are replaced; `null` where it was not chosen. */
  take(text: string, from: string): string | null {
    const met = this.#met.get(text) ?? this.#meet(text);
    met.from.add(from);
    return this.#isWanted(met) ? met.clean : null;
  }

  /** Notes how a text stands in the pack. */
  saved(text: string, safe: string): void {
    const met = this.#met.get(text);
    if (met !== undefined) met.safe = safe;
  }

  /** How many different texts are in the pack, and how many are not. */
  get counts(): { readonly included: number; readonly leftOut: number } {
    const all = [...new Set(this.#met.values())];
    const included = all.filter((met) => this.#isWanted(met)).length;
    return { included, leftOut: all.length - included };
  }

  /** The texts as they stand in the pack, in the order in which they were met. */
  list(): PackFreeText[] {
    return [...new Set(this.#met.values())].map(({ key, safe, from }) => ({ key, text: safe, from: [...from] }));
  }

  #meet(text: string): Met {
    const key = createHmac('sha256', SECRET).update(text).digest('hex').slice(0, 24);
    const clean = withoutPersonalText(text);
    const met = { key, clean, from: new Set<string>(), safe: clean };
    this.#met.set(text, met);
    if (!this.#met.has(clean)) this.#met.set(clean, met);
    return met;
  }

  #isWanted({ key }: Met): boolean {
    return typeof this.#wanted === 'boolean' ? this.#wanted : this.#wanted.has(key);
  }
}
