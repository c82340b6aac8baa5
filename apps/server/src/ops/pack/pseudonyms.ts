import { createHmac, randomBytes } from 'node:crypto';
import { CAPABILITIES, CLIENT_KINDS, OPS_EVENT_TYPES, ROLES } from '@okboxbox/protocol';
import { PLACEHOLDER, withoutSecrets } from '../events/free-text.js';
import { fold, WordSearch } from './word-search.js';

/** What an id is of; stands before its pseudonym. */
export const ID_KINDS = [
  'sess',
  'user',
  'sock',
  'relay',
  'run',
  'show',
  'surface',
  'track',
  'sim',
  'env',
  'version',
  'source',
  'state',
  'room',
  'trace',
  'token',
] as const;
export type IdKind = (typeof ID_KINDS)[number];

/** A pseudonym, and as much of what it stands for as the runbook shows. */
export interface Pseudonym {
  readonly id: string;
  readonly kind: IdKind;
  readonly truncated: string;
}

/** An id that has been met, and whether it has been put into the pack yet. */
interface Met {
  readonly id: string;
  readonly kind: IdKind;
  readonly value: string;
  isUsed: boolean;
}

/** Hexadecimal digits of a pseudonym; more where two would be the same. */
const DIGITS = 8;
/** Shortest id that is looked for in free text. */
const SHORTEST_IN_TEXT = 3;
const SHOWN = 4;

/** Words of our own: an id that is one of them is replaced where it stands as an id, and not wherever it is said. */
const OWN_WORDS: ReadonlySet<string> = new Set<string>([
  ...ROLES,
  ...CAPABILITIES,
  ...CLIENT_KINDS,
  ...OPS_EVENT_TYPES,
  ...['removed', 'token', 'e-mail', 'key', 'address'],
  ...['link', 'local', 'live', 'web', 'desk', 'session', 'sessions', 'server', 'database', 'the', 'and', 'show', 'rig'],
]);

/**
 * Stand-ins for the ids of one pack, by a key that is made for it and thrown away with it: the same id is the same
 * pseudonym wherever it stands in a pack, and another one in the next.
 */
export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #met = new Map<string, Met>();
  readonly #byValue = new Map<string, Met>();
  /** What is looked for in free text. */
  readonly #inText = new WordSearch<Met>();
  readonly #taken = new Set<string>();

  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = key;
  }

  /** The pseudonym of an id. */
  of(kind: IdKind, value: string): string {
    const met = this.#meet(kind, value);
    met.isUsed = true;
    return met.id;
  }

  /** Makes an id known, so that it is found in free text; one that something was taken out of may be anybody's. */
  meet(kind: IdKind, value: string): void {
    if (!PLACEHOLDER.test(value)) this.#meet(kind, value);
  }

  /** The pseudonym of an id of whichever kind, where it has been met. */
  find(value: string): string | null {
    const met = this.#byValue.get(value);
    if (met === undefined) return null;
    met.isUsed = true;
    return met.id;
  }

  /** Whether a word is an id that has been met, or looks like a session's. */
  isId(word: string): boolean {
    return this.#inText.has(word) || SESSION.test(word);
  }

  /**
   * A text with the ids that have been met replaced, however they are written in it, and all that look like a session's.
   * What stands for something that was taken out is left alone. `count` hears of each.
   */
  inText(text: string, count: () => void): string {
    const put = (id: string): string => {
      count();
      return id;
    };
    return text
      .split(TAKEN_OUT)
      .map((piece, i) =>
        i % 2 === 1
          ? piece
          : this.#inText
              .replace(piece, (met) => {
                met.isUsed = true;
                return put(met.id);
              })
              .replace(SESSIONS, (session) => (PSEUDONYM.test(session) ? session : put(this.of('sess', session)))),
      )
      .join('');
  }

  /** Every pseudonym that stands somewhere, in the order in which the ids were met. */
  *used(): Generator<Pseudonym> {
    for (const { id, kind, value, isUsed } of this.#met.values()) {
      if (isUsed) yield { id, kind, truncated: truncated(kind, value) };
    }
  }

  #meet(kind: IdKind, value: string): Met {
    const name = `${kind} ${value}`;
    const known = this.#met.get(name);
    if (known !== undefined) return known;
    const met = { id: this.#make(kind, value), kind, value, isUsed: false };
    this.#met.set(name, met);
    if (!this.#byValue.has(value)) this.#byValue.set(value, met);
    if (isLookedFor(kind, value)) this.#inText.add(value, met);
    return met;
  }

  #make(kind: IdKind, value: string): string {
    const hash = createHmac('sha256', this.#key).update(`${kind} ${value}`).digest('hex');
    for (let digits = DIGITS; ; digits += 4) {
      const id = `${kind}_${hash.slice(0, digits)}`;
      if (this.#taken.has(id) && digits < hash.length) continue;
      this.#taken.add(id);
      return id;
    }
  }
}

const SESSION = /^sess_[\w-]{4,}$/;
const SESSIONS = /sess_[\w-]{4,}/g;
const PSEUDONYM = /^sess_[\da-f]{8}(?:[\da-f]{4})*$/;
const TAKEN_OUT = new RegExp(`(${PLACEHOLDER.source})`);

const OF_PEOPLE: ReadonlySet<IdKind> = new Set(['user', 'relay', 'show', 'sess', 'sock', 'trace']);

/**
 * Whether an id is looked for in free text. A surface is not: anybody may call a connection by any word. Nor is a short
 * word of small letters, unless somebody is called so: as a run or a track it says nothing of anybody, and it stands in
 * many texts.
 */
function isLookedFor(kind: IdKind, value: string): boolean {
  if (kind === 'surface' || value.length < SHORTEST_IN_TEXT || OWN_WORDS.has(fold(value))) return false;
  return OF_PEOPLE.has(kind) || !/^[a-z]{1,7}$/.test(value);
}

/** The beginning of an id, never more than a third of it; of a session, of what is random in it. */
function truncated(kind: IdKind, value: string): string {
  if (withoutSecrets(value) !== value) return '[removed]';
  const fixed = kind === 'sess' && value.startsWith('sess_') ? 'sess_' : '';
  const rest = value.slice(fixed.length);
  return `${fixed}${rest.slice(0, Math.min(SHOWN, Math.floor(rest.length / 3)))}…`;
}
