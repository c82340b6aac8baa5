import { z } from 'zod';

/**
 * Fields of operations' answers: each is declared once, with how it enters a support pack. The type, the server's rules
 * of redaction and readers of packs derive from the declaration.
 */

/** How a field is made safe for a support pack. What each does is in the server (`ops/pack/rules.ts`). */
export type PackRule =
  | ('freeText' | 'changed')
  | ('number' | 'flag' | 'word' | 'text' | 'words' | 'code' | 'numberOrText' | 'version' | 'gitSha' | 'callSite')
  | (
      | 'sessionId'
      | 'socketId'
      | 'relayId'
      | 'anyId'
      | 'run'
      | 'trace'
      | 'user'
      | 'show'
      | 'room'
      | 'track'
      | 'sim'
      | 'tokenId'
    )
  | ('role' | 'capability' | 'surface' | 'source' | 'simState' | 'environment' | 'view' | 'findingCode' | 'cause');

const statements = z.registry<{ readonly rule: PackRule; readonly from?: string }>();

/** What a declaration says of a field; `null` where it says nothing: such a field is refused. */
export function packRuleOf(declared: z.core.$ZodType): PackRule | null {
  return statements.get(declared)?.rule ?? null;
}

/** Where a free text comes from, in words; `null` of anything else. */
export function freeTextOriginOf(declared: z.core.$ZodType): string | null {
  return statements.get(declared)?.from ?? null;
}

function stated<S extends z.ZodType>(declared: S, rule: PackRule): S {
  statements.add(declared, { rule });
  return declared;
}
const string = (rule: PackRule) => stated(z.string(), rule);

/** How far from the epoch a date can be, in ms. */
const FARTHEST_MS = 8.64e15;

/** Values that a field may have, each with its rule. */
export const field = {
  number: stated(z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER), 'number'),
  /** A moment, in ms since the epoch. */
  instant: stated(z.number().min(-FARTHEST_MS).max(FARTHEST_MS), 'number'),
  flag: stated(z.boolean(), 'flag'),
  /** There where it is so, and absent otherwise. */
  yes: stated(z.literal(true), 'flag'),
  /** One of a few words. */
  word: <const W extends readonly string[]>(...words: W) => stated(z.enum(words), 'word'),
  /** Text that this program has made: of its own words, and of what systems and libraries say. */
  text: string('text'),
  /**
   * Text that a person has typed, or that a relay says in its own words: no pack holds it unless the person who makes the pack
   * has chosen it. `from` tells that person where it comes from.
   */
  freeText: (from: string) => {
    const declared = z.string();
    statements.add(declared, { rule: 'freeText', from });
    return declared;
  },
  /** What a setting was, or became: a figure, a switch, a word, or names and ids. */
  changed: stated(
    z.union([z.number(), z.boolean(), z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.null()]))]),
    'changed',
  ),
  /** Words of our own, that somebody may be called by as well. */
  words: string('words'),
  /** One of many words of our own. */
  code: string('code'),
  numberOrText: stated(z.union([z.number(), z.string()]), 'numberOrText'),
  version: string('version'),
  gitSha: string('gitSha'),
  callSite: string('callSite'),
  sessionId: string('sessionId'),
  socketId: string('socketId'),
  relayId: string('relayId'),
  /** A relay, room or socket, whichever it is. */
  anyId: string('anyId'),
  run: string('run'),
  trace: string('trace'),
  user: string('user'),
  /** Of a token, the id by which it can be revoked. */
  tokenId: string('tokenId'),
  show: string('show'),
  room: string('room'),
  track: string('track'),
  sim: string('sim'),
  role: string('role'),
  capability: string('capability'),
  surface: string('surface'),
  source: string('source'),
  simState: string('simState'),
  environment: string('environment'),
  /** A view of the console, with what it is filtered by. */
  view: string('view'),
  findingCode: string('findingCode'),
  cause: string('cause'),
};

/** What is declared, as a type whose fields nobody writes to. */
export type Declared<S extends z.ZodType> = Frozen<z.infer<S>>;
type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;
