import { CATALOGUE, causesOf } from '@okboxbox/findings';
import {
  CAPABILITIES,
  CLIENT_KINDS,
  freeTextOriginOf,
  OVERLAY_KINDS,
  type PackRule,
  packRuleOf,
} from '@okboxbox/protocol';
import { z } from 'zod';
import {
  anyId,
  byName,
  callSite,
  code,
  fields,
  flag,
  freeText,
  gitSha,
  listOf,
  name,
  number,
  numberOrText,
  type Rule,
  relayId,
  room,
  sessionId,
  showName,
  socketId,
  text,
  user,
  version,
  word,
  words,
} from './allow-list.js';
import type { Redaction } from './redaction.js';

/** What connections call themselves: words of the protocol. */
export const role: Rule = word(...CLIENT_KINDS, 'relay', 'unknown');
export const capability: Rule = word(...CAPABILITIES);
/** Pages and overlays of our own by their names; any other is somebody's. */
export const surface: Rule = name(
  'surface',
  ...['web', 'desk', 'public', 'ops', 'lower-third', 'battle-box', 'flag', 'track-map', 'results', ...OVERLAY_KINDS],
);
export const sim: Rule = name('sim', 'iracing', 'demo', 'f1', 'acc', 'lapchart');
export const environment: Rule = name('env', 'development', 'production', 'test', 'staging');

/** What a relay says of its sim. */
export const simState: Rule = name('state', 'sim-not-running', 'connected', 'replay', 'left');

const SOURCES: ReadonlySet<string> = new Set([
  ...['demo', 'iracing', 'ibt', 'memory', 'lapchart', 'recording', 'replay', 'f1', 'acc'],
]);
/** A relay's source by its kind: what it reads, a file above all, stays away. */
export const source: Rule = (value, redaction) => {
  if (value === null) return null;
  const [kind = '', ...rest] = String(value).split(':');
  if (!SOURCES.has(kind)) return redaction.id('source', String(value));
  if (rest.length > 0) redaction.count('source');
  return kind;
};

const findingCode = word(...CATALOGUE.map((mode) => mode.code));
const cause = word('inconclusive', ...CATALOGUE.flatMap((mode) => causesOf(mode).map(([name]) => name)));

const VIEW = /^[a-z/-]{1,40}$/;
/** A view of the console with what it is filtered by: its values are words or ids. */
const view: Rule = (value, redaction) => {
  const [path = '', query] = String(value).split('?', 2);
  const safe = VIEW.test(path) ? path : redaction.text(path);
  return query === undefined
    ? safe
    : `${safe}?${query
        .split('&')
        .map((part) => parameter(part, redaction))
        .join('&')}`;
};

function parameter(part: string, redaction: Redaction): string {
  const [name = '', value = ''] = part.split('=', 2);
  const decoded = decodeURIComponent(value);
  const rule = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
  const safe = rule?.(decoded, redaction) ?? redaction.text(decoded);
  return `${redaction.words(name)}=${encodeURIComponent(String(safe))}`;
}

const PARAMETERS: Readonly<Record<string, Rule>> = { sessionId, socketId, relayId, show: showName, room, user };

/** What a show's delay, its picture and a cue can be, in words of our own. */
const OWN_STATES: ReadonlySet<string> = new Set([
  ...['moves', 'paused', 'glides', 'stands', 'running', 'gliding', 'holding', 'live', 'ending', 'glide', 'jump'],
]);
const ROOM_OF = /^(?:broadcast:)?session:/;
const chosen = freeText('scene or cue');
const changedNames = fields<Readonly<Record<string, unknown>>>(
  { sessionId, relayId, kind: code, label: freeText('name of a link'), expiresAt: number },
  'changed',
);
/** What a setting was or became. A text that is no word of our own was typed. */
const changed: Rule = (value, redaction) => {
  if (typeof value === 'number') return number(value, redaction);
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return changedNames(value, redaction);
  if (ROOM_OF.test(value)) return room(value, redaction);
  return OWN_STATES.has(value) ? value : (redaction.known(value) ?? chosen(value, redaction));
};

/** What is stated of fields, and the rule that makes each safe; words are those of the declaration. */
const RULES: Readonly<Record<Exclude<PackRule, 'word' | 'freeText'>, Rule>> = {
  number,
  flag,
  text,
  words,
  code,
  numberOrText,
  changed,
  version,
  gitSha,
  callSite,
  sessionId,
  socketId,
  relayId,
  anyId,
  user,
  show: showName,
  room,
  sim,
  run: name('run'),
  trace: name('trace'),
  tokenId: name('token'),
  track: name('track'),
  role,
  capability,
  surface,
  source,
  simState,
  environment,
  view,
  findingCode,
  cause,
};

/** A declaration says of a field nothing that a pack could go by. */
export class UndeclaredError extends Error {
  override readonly name = 'UndeclaredError';
}

/**
 * The rule that makes safe what is declared: each field by its statement (`field` of the protocol), in the order of the
 * declaration. What a value has besides is left out and counted.
 * @throws UndeclaredError where nothing is stated of a field, or it is declared as something that has no rule
 */
export function ruleOf(declared: z.core.$ZodType, path = ''): Rule {
  const stated = packRuleOf(declared);
  if (stated === 'word') return word(...wordsOf(declared, path));
  if (stated === 'freeText') return freeText(freeTextOriginOf(declared) ?? path);
  if (stated !== null) return RULES[stated];
  if (
    declared instanceof z.ZodOptional ||
    declared instanceof z.ZodExactOptional ||
    declared instanceof z.ZodNullable
  ) {
    return ruleOf(declared.unwrap(), path);
  }
  if (declared instanceof z.ZodArray) return listOf(ruleOf(declared.element, `${path}[]`));
  if (declared instanceof z.ZodRecord) {
    return byName(ruleOf(declared.keyType, `${path}{}`), ruleOf(declared.valueType, `${path}{}`));
  }
  if (declared instanceof z.ZodObject) return fieldsOf([declared], path);
  if (declared instanceof z.ZodDiscriminatedUnion) return fieldsOf(declared.options, path);
  throw new UndeclaredError(`Nothing is stated of "${path}": declare it with \`field\`.`);
}

/** Fields of an object, or of one that has several forms: then of all of them. */
function fieldsOf(forms: readonly z.core.$ZodType[], path: string): Rule {
  const declared = new Map<string, z.core.$ZodType[]>();
  for (const form of forms) {
    // A field by any name would come by no statement.
    if (!(form instanceof z.ZodObject) || form.def.catchall !== undefined) {
      throw new UndeclaredError(`"${path}" may have fields of which nothing is stated.`);
    }
    for (const [name, each] of Object.entries(form.shape)) declared.set(name, [...(declared.get(name) ?? []), each]);
  }
  return fields<Record<string, unknown>>(
    Object.fromEntries(
      [...declared].map(([name, all]) => {
        const where = path === '' ? name : `${path}.${name}`;
        const [one, ...others] = all;
        if (one !== undefined && others.length === 0) return [name, ruleOf(one, where)];
        // Of several forms only the words differ that tell them apart.
        return [name, word(...all.flatMap((each) => wordsOf(each, where)))];
      }),
    ),
    path,
  );
}

function wordsOf(declared: z.core.$ZodType, path: string): string[] {
  if (declared instanceof z.ZodEnum && packRuleOf(declared) === 'word') return declared.options.map(String);
  throw new UndeclaredError(`"${path}" is not one of a few words.`);
}
