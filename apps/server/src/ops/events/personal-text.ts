import { applyRules, HOST_NAME, plain, type TextRule } from './free-text.js';

/**
 * What people write when they explain something to each other: passwords in their own words, telephone numbers, names of
 * machines. These rules are a seat belt: they take out more than is secret, and nobody is to rely on them.
 */

/** Words that mean a password, wherever they stand in a longer word: `WLAN-Passwort`, `hasłem`. */
const PASSWORD_STEMS =
  'passwor[dt]|passwoert|passwört|passphrase|passcode|kennwort|kennwört|zugangsdaten|wachtwoord|contraseñ|contrasen|hasł|hasle|lösenord|adgangskode|salasana|jelszó|парол|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|סיסמ|كلمة (?:ال)?(?:سر|مرور)|รหัสผ่าน|पासवर्ड';
/** Words that mean one only where they stand alone. */
const PASSWORD_WORDS =
  'pw|pwd|psw|passwd|mot de passe|mdp|senha|palavra[- ]passe|haslo|parola|passord|heslo|heslem|şifre|sifre|κωδικ[όο]ς|mật khẩu|kata sandi|lozinka|geslo|slaptažodis|login data|credentials?';
const PASSWORD = String.raw`(?:[\p{L}\p{N}_-]{0,30}(?:${PASSWORD_STEMS})\p{L}{0,12}|(?:${PASSWORD_WORDS})(?![\p{L}\p{N}]))`;
/** Words behind which a secret may stand, and as often something else. */
const CODE_WORDS =
  'pass|pin|tan|otp|2fa|puk|code|codes|key|token|secret|geheimnis|login|user|username|benutzer|schlüssel|clé|clave|llave|chiave|código|codice|kod|klucz|код|ключ|コード|暗号|代码';
/** What says that something is equal to something, in signs and in words. */
const IS = String.raw`(?:\s{0,3}(?:=>|->|[=:：＝])\s{0,3}|\s{1,3}(?:is|are|was|ist|lautet|war|heißt|est|était|es|era|fue|é|è|jest|brzmi|är|er|on|это|は)\s{1,3})`;
const QUOTE = `["'“”„«»‘’\`]`;
const NOT_INSIDE_WORD = String.raw`(?<![\p{L}\p{N}_-])`;
const HAS_DIGIT = /\p{Nd}/u;

const RULES: readonly TextRule[] = [
  // "hunter2 is the password": what stands before goes, too.
  {
    name: 'secret',
    pattern: new RegExp(
      String.raw`(?<!\S)\S{1,100}(\s{1,3}(?:is|was|ist|war|est|es|é|è|jest|är|er)\s{1,3}(?:\S{1,15}\s{1,3}){0,2}${PASSWORD})`,
      'giu',
    ),
    instead: (_, rest) => `[removed]${rest}`,
  },
  // A password may have any characters, and spaces: all that follows on the line goes.
  {
    name: 'secret',
    pattern: new RegExp(String.raw`(${NOT_INSIDE_WORD}${PASSWORD})([^\r\n]*)`, 'giu'),
    instead: (_, word, rest) => (/^[\s.,;:!?]*$|^ \[removed\]$/.test(rest) ? null : `${word} [removed]`),
  },
  {
    name: 'secret',
    pattern: new RegExp(
      String.raw`(${NOT_INSIDE_WORD}(?:${CODE_WORDS}))(${IS}|\s{1,3})(${QUOTE}[^\r\n]*|[^\s,;]{1,300})`,
      'giu',
    ),
    instead: (_, word, between, value) => {
      // Without a sign or a word for "is", only what looks like no word is taken for a value.
      const isSaid = between.trim() !== '' || HAS_DIGIT.test(value) || new RegExp(`^${QUOTE}`, 'u').test(value);
      return !isSaid || value === '[removed]' ? null : `${word}${between}[removed]`;
    },
  },
  {
    name: 'telephone',
    pattern:
      /(?<![\p{L}\p{N}.:/-])(?:\+\s?|00)?\(?\p{Nd}[\p{Nd} \u00a0()./\u2010-\u2015-]{4,24}\p{Nd}(?![\p{L}\p{N}])/gu,
    instead: (run) => (isTelephone(run) ? '[telephone]' : null),
  },
  {
    name: 'host',
    pattern: HOST_NAME,
    instead: (name) => (FILE.test(name) ? null : '[host]'),
  },
  {
    name: 'host',
    pattern:
      /(?<![\p{L}\p{N}_-])(?:(?:desktop|laptop|notebook|macbook|imac|pc|nas|srv|win)[-_][\p{L}\p{N}_-]{2,60}|[\p{L}\p{N}]{2,30}(?:[-_][\p{L}\p{N}]{1,30}){0,3}[-_](?:desktop|laptop|notebook|macbook|imac|pc|nas|srv))(?![\p{L}\p{N}_-])/giu,
    instead: () => '[host]',
  },
];

const DATE =
  /^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}\/\d{1,2}\/\d{1,2}|(?:\d{1,3}\.){3}\d{1,3})$/;
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 15;
/** Names of files have a dot as names of machines have. */
const FILE = /\.(?:json|jsonl|gz|env|md|html?|log|txt|csv|ibt|ts|js|mjs|png|jpe?g|pcap|toml|ya?ml|exe|zip)$/i;

function isTelephone(run: string): boolean {
  const digits = run.match(/\p{Nd}/gu)?.length ?? 0;
  const isMarked = /^(?:\+|00|\()/.test(run);
  return !DATE.test(run) && digits >= (isMarked ? FEWEST_DIGITS - 1 : FEWEST_DIGITS) && digits <= MOST_DIGITS;
}

/** What a person wrote, without what looks like a secret, a telephone number or the name of a machine. */
export function withoutPersonalText(text: string, count?: (rule: string) => void): string {
  return applyRules(RULES, plain(text), count);
}
