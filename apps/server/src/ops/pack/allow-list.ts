import { isIP } from 'node:net';
import type { IdKind } from './pseudonyms.js';
import { type Redaction, RedactionError } from './redaction.js';

/** JSON, as it goes into a pack. */
export type Safe = string | number | boolean | null | readonly Safe[] | { readonly [name: string]: Safe };

/** Makes a value safe by what it is declared to be; whatever else it is, it does not get through. */
export type Rule = (value: unknown, redaction: Redaction) => Safe;

/** Fields of an answer that may enter a pack. One without a rule is left out and counted. */
export type FieldRules<T> = { readonly [F in keyof T]?: Rule };

/** A finite number. */
export const number: Rule = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

export const flag: Rule = (value) => (typeof value === 'boolean' ? value : null);

/** Text of this program's own, or of what systems and libraries say. */
export const text: Rule = (value, redaction) => (value === null ? null : redaction.text(String(value)));

/** Words of our own, that somebody may be called by as well. */
export const words: Rule = (value, redaction) => (value === null ? null : redaction.words(String(value)));

/** Text that a person typed or a relay says: left out, unless it was chosen for the pack. */
export function freeText(from: string): Rule {
  return (value, redaction) => (value === null ? null : redaction.freeText(String(value), from));
}

/** A number, or text. */
export const numberOrText: Rule = (value, redaction) =>
  typeof value === 'string' ? redaction.text(value) : number(value, redaction);

const CODE = /^[a-zA-Z0-9_:.-]{1,60}$/;

/** One of many words of our own, such as the name of a rule or of a figure. */
export const code: Rule = (value, redaction) => {
  if (value === null) return null;
  const word = String(value);
  if (CODE.test(word)) return redaction.words(word);
  redaction.count('not_a_code');
  return '[not a code]';
};

/** One of a few words. */
export function word(...allowed: readonly string[]): Rule {
  const words = new Set(allowed);
  return (value, redaction) => {
    if (value === null) return null;
    if (typeof value === 'string' && words.has(value)) return value;
    redaction.count('unknown_word');
    return '[another word]';
  };
}

/** A name that somebody gave: one of those that everybody knows, or a pseudonym. */
export function name(kind: IdKind, ...known: readonly string[]): Rule {
  const words = new Set(known);
  return (value, redaction) => {
    if (value === null) return null;
    const given = String(value);
    return words.has(given) || given === '' ? given : redaction.id(kind, given);
  };
}

const VERSION = /^v?\d{1,4}(?:\.\d{1,4}){0,3}(?:-[a-z]{1,8}(?:\.\d{1,3})?)?$/;
/** A version as programs have them; anything else that stands in its place is a name. */
export const version: Rule = (value, redaction) =>
  value === null ? null : isVersion(String(value)) ? String(value) : redaction.id('version', String(value));

/** Four numbers may be a machine's address. */
function isVersion(value: string): boolean {
  return VERSION.test(value) && isIP(value) === 0;
}

const GIT_SHA = /^[0-9a-f]{7,40}$/;
/** A commit: long, and no secret. */
export const gitSha: Rule = (value) => (typeof value === 'string' && GIT_SHA.test(value) ? value : null);

const PLACE = /[\w.@-]{1,80}(?:\/[\w.@-]{1,80}){0,2}(?::\d{1,7}){1,2}$/;
const FUNCTION = /^(?:async )?[\w.#<>$ ]{1,80}(?= \()/;
/** Where in our code something began: a function and the end of a path with its line, never where that lies on a disk. */
export const callSite: Rule = (value, redaction) => {
  if (value === null) return null;
  // Whose folder it lies in is gone before its end is taken.
  const said = redaction.words(String(value).replace(/\)$/, ''));
  const place = PLACE.exec(said)?.[0];
  if (place === undefined) return redaction.text(said);
  const of = FUNCTION.exec(said)?.[0];
  return redaction.text(of === undefined ? place : `${of} (${place})`);
};

const ROOM = /^((?:broadcast:)?session:)([^:]{1,100})(?::(car|plus):(.{1,20}))?$/;
const SHORT_NUMBER = /^\d{1,6}$/;
/** A room: the session's id in it is a pseudonym, and it is still a room. */
export const room: Rule = (value, redaction) => (value === null ? null : redaction.shared(String(value), safeRoom));

function safeRoom(given: string, redaction: Redaction): string {
  const [, kind, sessionId, more, which] = ROOM.exec(given) ?? [];
  if (kind !== undefined && sessionId !== undefined) {
    const base = `${kind}${redaction.id('sess', sessionId)}`;
    if (more === undefined || which === undefined) return base;
    return `${base}:${more}:${SHORT_NUMBER.test(which) ? which : redaction.id('room', which)}`;
  }
  const show = /^director:(.{1,64})$/.exec(given)?.[1];
  return show === undefined ? redaction.id('room', given) : `director:${showName(show, redaction)}`;
}

/** A show by its slug; the one that every server has is called as it is. */
export const showName: Rule = name('show', 'local');
export const sessionId: Rule = name('sess');
export const socketId: Rule = name('sock');
export const relayId: Rule = name('relay');
/** A visitor by a link has no id, and is called so. */
export const user: Rule = name('user', 'link', '');

/** A relay, room or socket, whichever it is. */
export const anyId: Rule = (value, redaction) => {
  if (value === null) return null;
  const given = String(value);
  return redaction.known(given) ?? room(given, redaction);
};

/** An object's fields, each by its rule, in the order of the rules; `where` it stands names a field that has none. */
export function fields<T>(rules: FieldRules<T>, where = ''): Rule {
  const list = Object.entries(rules) as readonly (readonly [string, Rule])[];
  const names = new Set(Object.keys(rules));
  return (value, redaction) => {
    if (value === null || value === undefined) return null;
    if (typeof value !== 'object' || Array.isArray(value))
      throw new RedactionError(`an object was due, not ${typeof value}`);
    const given = value as Readonly<Record<string, unknown>>;
    const safe: Record<string, Safe> = {};
    for (const [name, rule] of list) {
      if (Object.hasOwn(given, name) && given[name] !== undefined) safe[name] = rule(given[name], redaction);
    }
    for (const name of Object.keys(given))
      if (!names.has(name) && given[name] !== undefined) redaction.drop(where === '' ? name : `${where}.${name}`);
    return safe;
  };
}

/** A list; each of its items by one rule. */
export function listOf(rule: Rule): Rule {
  return (value, redaction) => {
    if (value === null) return null;
    if (!Array.isArray(value)) throw new RedactionError(`a list was due, not ${typeof value}`);
    return value.map((item: unknown) => rule(item, redaction));
  };
}

/** An object whose names are data, too. Two names that become the same one keep the first's value. */
export function byName(nameRule: Rule, rule: Rule): Rule {
  return (value, redaction) => {
    if (value === null) return null;
    if (typeof value !== 'object' || Array.isArray(value))
      throw new RedactionError(`an object was due, not ${typeof value}`);
    const safe: Record<string, Safe> = {};
    for (const [given, item] of Object.entries(value)) {
      const name = String(nameRule(given, redaction));
      if (!Object.hasOwn(safe, name))
        Object.defineProperty(safe, name, { value: rule(item, redaction), enumerable: true });
    }
    return safe;
  };
}

/** Makes one value safe. @throws RedactionError whatever goes wrong meanwhile. */
export function redact(rule: Rule, value: unknown, redaction: Redaction): Safe {
  try {
    return rule(value, redaction);
  } catch (error) {
    throw error instanceof RedactionError ? error : new RedactionError('a rule failed', { cause: error });
  }
}
