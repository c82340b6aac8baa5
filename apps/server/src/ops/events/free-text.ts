/** Longest free text that operations keep, in characters. */
export const LONGEST_TEXT = 300;

/** What is looked for in free text, and what stands in its place. `null` leaves a match as it is. */
export interface TextRule {
  readonly name: string;
  /** Without one of these in it, a text has nothing for the pattern, and need not be searched. */
  readonly signs?: readonly string[];
  readonly pattern: RegExp;
  readonly instead: (match: string, ...groups: readonly string[]) => string | null;
}

/** What stands in the place of something that was taken out. */
export const PLACEHOLDER = /\[(?:removed|token|e-mail|key|address|telephone|host)\]/;
const TAKEN = String.raw`\s{0,3}["'\\]{0,6}\[(?:removed|token|e-mail|key)\](?:[\s,;&})"'\\<]|$)`;

/** Names behind which a secret stands, as it is called in variables, headers, addresses and settings. */
const SECRET_NAMES =
  'passw(?:or)?d|passwort|kennwort|mot de passe|contraseña|hasło|senha|wachtwoord|пароль|パスワード|密码|passphrase|pgpass|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|signature|jwt';
const NAME = `(?:${SECRET_NAMES})(?:[-_](?:hash|value))?`;
/** What stands between a name and its value: quotes of JSON, also of JSON in JSON. */
const IS = String.raw`["'\\]{0,6}\s{0,3}(?:=>|[=:：＝])\s{0,3}`;
/** What is in quotes, with those in it that do not end it. */
const QUOTED = String.raw`\\{1,6}["'](?:[^"'\\]|\\+(?!["'\\]))*|"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?`;
/** A session's id as the server makes them, with what may follow it in a name of a file or a sentence. */
const SESSION_ID = /^sess_[\w-]{16}(?:\.|$)/;
/** Names of machines with a dot, such as `pc-anna.fritz.box`; not after one that is longer, so that each is looked at once. */
export const HOST_NAME: RegExp =
  /(?<![\p{L}\p{N}_.@-])(?:[\p{L}\p{N}_][\p{L}\p{N}_-]{0,62}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}_-])/gu;
/** Characters before the @ of an e-mail address. */
const LOCAL = String.raw`[^\s@<>"(),;:=[\]]`;

/**
 * What looks like a secret or like somebody's address. Every repetition is bounded, begins where only one can begin, or is
 * followed by nothing, so each pattern's time grows with the text's length alone. None finds what another has put there.
 */
export const TEXT_RULES: readonly TextRule[] = [
  // Lax: a token that is cut off, or stands in a bracket, is one, too. With what it is glued to: a random word may have
  // such letters in its middle, and its first half alone looks like none. So may a session's id, which is no secret.
  {
    name: 'token',
    pattern: /(?<![\w+-])[\w+-]*?ey[JA][\w-]{4,}(?:\.[\w-]*){0,4}/g,
    instead: (run) => (SESSION_ID.test(run) ? null : '[token]'),
  },
  { name: 'token', pattern: /(?<![\w-])[\w-]{16,}\.[\w-]{16,}\.[\w-]{8,}/g, instead: () => '[token]' },
  {
    name: 'key',
    signs: ['-----BEGIN '],
    pattern: /-----BEGIN [A-Z ]{1,40}-----[\s\S]*?(?:-----END [A-Z ]{1,40}-----|$)/g,
    instead: () => '[key]',
  },
  // Of a header all that it says: what is in it has a form of its own in each.
  {
    name: 'secret',
    pattern: new RegExp(
      String.raw`((?:^|[^\w])(?:(?:set-)?cookie|(?:proxy-)?authorization)${IS})(?!${TAKEN})(?:${QUOTED}|[^\r\n]+)`,
      'gi',
    ),
    instead: (_, name) => `${name}[removed]`,
  },
  {
    name: 'credentials',
    pattern: /\b(bearer|basic)\s{1,5}(?!\[(?:removed|token)\](?:[\s,;&})"']|$))[^\s"',;]+/gi,
    instead: (_, scheme) => `${scheme} [removed]`,
  },
  // Of an address only where it leads: not who asks, and not what.
  {
    name: 'url_credentials',
    signs: ['://'],
    pattern: /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"'<>]{0,300}@/gi,
    instead: (_, scheme) => `${scheme}`,
  },
  { name: 'query', signs: ['?'], pattern: /\?[^\s"'<>)]{0,80}=[^\s"'<>)]*/g, instead: () => '?[removed]' },
  { name: 'link', pattern: /(\/l\/)[\w-]+/gi, instead: (_, path) => `${path}[removed]` },
  {
    name: 'secret',
    pattern: new RegExp(`(${NAME})(${IS})(?!${TAKEN})(?:${QUOTED}|[^\\s"'<>]+)`, 'gi'),
    instead: (_, name, between) => `${name}${between}[removed]`,
  },
  {
    name: 'secret',
    pattern: new RegExp(
      String.raw`(--[\w-]{0,30}(?:${SECRET_NAMES})\s{1,3}|<(?:${SECRET_NAMES})>|(?<![\w-])(?:pass|auth)=)(?!${TAKEN})[^\s<]+`,
      'gi',
    ),
    instead: (_, name) => `${name}[removed]`,
  },
  {
    name: 'email',
    signs: ['@', '%40'],
    pattern: new RegExp(
      String.raw`(?:"[^"\n@]{1,100}"|(?<!${LOCAL})${LOCAL}+(?:\([^()@]{0,40}\))?)(?:@|%40)[^\s@<>"'(),;:=[\]]{1,255}`,
      'g',
    ),
    instead: () => '[e-mail]',
  },
  {
    name: 'email',
    signs: [' @'],
    pattern: new RegExp(String.raw`(?<!${LOCAL})${LOCAL}+ @[\w-]{1,100}\.[\w.-]{2,255}`, 'g'),
    instead: () => '[e-mail]',
  },
];

/** Nothing that is said in words is as long as this; `isId` tells what is, and is no secret. */
export function longWords(isId: (word: string) => boolean = () => false): TextRule {
  return {
    name: 'long_word',
    pattern: /(?<![\w+-])[\w+-]{32,}={0,2}/g,
    instead: (word) => (isId(word) ? null : '[removed]'),
  };
}

const RULES: readonly TextRule[] = [...TEXT_RULES, longWords()];

/**
 * Free text as operations may keep and show it: without tokens, credentials, e-mail addresses and what stands behind the
 * question mark of an address. All free text goes through here; what has a type of its own need not. `count` hears the
 * name of the rule for each thing that was taken out.
 */
export function withoutSecrets(text: string, longest = LONGEST_TEXT, count?: (rule: string) => void): string {
  // Cut twice: what is far behind need not be read, and a cut must not leave half of what would have been seen.
  return headOf(applyRules(RULES, plain(headOf(text, longest * 4)), count), longest);
}

/** A text with what the rules find replaced, one rule after another. */
export function applyRules(rules: readonly TextRule[], text: string, count?: (rule: string) => void): string {
  let safe = text;
  for (const { name, signs, pattern, instead } of rules) {
    if (signs !== undefined && !signs.some((sign) => safe.includes(sign))) continue;
    safe = safe.replace(pattern, (match, ...groups) => {
      const put = instead(match, ...groups);
      if (put === null) return match;
      count?.(name);
      return put;
    });
  }
  return safe;
}

/**
 * The first characters of a text without the word that a cut would go through, however long it is: half a secret looks
 * like none.
 */
export function headOf(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let end = longest - 1;
  while (end > 0 && !BETWEEN_WORDS.test(text.charAt(end))) end -= 1;
  return `${text.slice(0, end)}…`;
}

/** Where a word ends, for whatever a word may be. */
const BETWEEN_WORDS = /[\s,;&"'<>()[\]{}]/;

/** Letters as they are in most alphabets' forms of the sign in an address. */
const AT = /[\uFE6B\uFF20]/g;
/** Characters that nobody sees, between others that would be found. */
const UNSEEN = /\p{Cf}|\u034F|[\u115F\u1160\u3164]|[\uFE00-\uFE0F]/gu;
/** Characters of ASCII in the ways in which addresses, JSON and pages write them. */
const WRITTEN = /%([2-7][\da-f])|\\u00([2-7][\da-f])|&#(\d{2,3});|&#x([2-7][\da-f]);/gi;

/** A text as it reads: without what nobody sees, and with each sign written as itself. */
export function plain(text: string): string {
  if (/^[\x20-\x24\x27-\x5b\x5d-\x7e]*$/.test(text)) return text;
  return text
    .replace(UNSEEN, '')
    .replace(AT, '@')
    .replace(WRITTEN, (written, inUrl, inJson, inPage, inHex) => {
      const code = inPage === undefined ? Number.parseInt(inUrl ?? inJson ?? inHex, 16) : Number(inPage);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : written;
    });
}
