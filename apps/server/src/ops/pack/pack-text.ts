import { isIP } from 'node:net';
import {
  applyRules,
  HOST_NAME,
  headOf,
  LONGEST_TEXT,
  longWords,
  PLACEHOLDER,
  plain,
  TEXT_RULES,
  type TextRule,
} from '../events/free-text.js';

const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1', '0.0.0.0', '::1', '::']);
const SLASH = String.raw`(?:\\{1,4}|/{1,4})`;

/** Ends of names that machines have at home and in an office, and nowhere else. */
const AT_HOME = /\.(?:local|lan|box|home|internal|intern|corp|localdomain|arpa|localhost)$/i;

/**
 * What a pack leaves out of free text beyond what operations never keep: it goes to people who do not run the server.
 * Each pattern is one run of characters, or bounded. What is known by what stands around it comes before ids are looked
 * for, as an id may be one of the words around it.
 */
const PACK_RULES: readonly TextRule[] = [
  {
    name: 'api_key',
    pattern:
      /(?<![A-Za-z0-9])(?:(?:sk|pk|rk|whsec|gh[opusr]|glpat|xox[abeprs]|npm|hf)[-_][\w-]{8,}|(?:AKIA|ASIA|AIza)[\w-]{8,})/g,
    instead: () => '[removed]',
  },
  // Where somebody's name is the name of a folder: with the spaces in it, where the path goes on.
  {
    name: 'home',
    signs: ['/', '\\'],
    pattern: new RegExp(
      String.raw`(${SLASH}(?:home|users|documents and settings)${SLASH})(?!\[removed\])(?:[^\\/\n"'<>|:[\]]{1,64}(?=[\\/])|[^\\/\s"'<>|:[\]]{1,64})`,
      'gi',
    ),
    instead: (_, before) => `${before}[removed]`,
  },
  { name: 'home', signs: ['~'], pattern: /(?<![\w/\\])~[\w.-]{1,64}(?=[\\/])/g, instead: () => '~[removed]' },
  {
    name: 'address',
    pattern: /(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)/g,
    instead: (run) => (LOCAL.has(run) || run.split('.').some((part) => Number(part) > 255) ? null : '[address]'),
  },
  // What programs say of machines: in an address, behind what failed there, and where the name says that it is a home's.
  {
    name: 'host',
    signs: ['://'],
    pattern: new RegExp(`(://)${HOST_NAME.source}`, 'gu'),
    instead: (_, before) => `${before}[host]`,
  },
  {
    name: 'host',
    pattern: new RegExp(`(\\bE[A-Z_]{4,20} )${HOST_NAME.source}`, 'gu'),
    instead: (_, before) => `${before}[host]`,
  },
  { name: 'host', signs: ['.'], pattern: HOST_NAME, instead: (name) => (AT_HOME.test(name) ? '[host]' : null) },
  { name: 'address', pattern: /\bip(?:-\d{1,3}){4}\b/gi, instead: () => '[address]' },
  {
    name: 'address',
    pattern: /(?<![\w.])[\da-f:]{2,64}(?:%\w{1,16})?/gi,
    instead: (run) => {
      for (const word of [run, run.replace(/:+$/, ''), run.replace(/^:(?!:)/, ''), run.replace(/^:(?!:)|:+$/g, '')]) {
        if (isIP(word) === 6) return LOCAL.has(word) ? null : run.replace(word, '[address]');
      }
      return null;
    },
  },
];

/** What is known by how it looks alone; ids look so, too, and are left for the step that replaces them. */
function shapeRules(isId: (word: string) => boolean): readonly TextRule[] {
  return [
    longWords(isId),
    // Letters and digits mixed as nobody writes a word: twenty of them, or sixteen with capitals among small letters.
    {
      name: 'random',
      pattern: /[\w+/-]{16,}={0,2}/g,
      instead: (run) => (isRandom(run.replaceAll(/[\w-]+/g, (word) => (isId(word) ? '' : word))) ? '[removed]' : null),
    },
  ];
}

const EARLIER = new RegExp(PLACEHOLDER.source, 'g');

/** What is known of ids: which words are some, and a text with them replaced. */
export interface KnownIds {
  isId(word: string): boolean;
  inText(text: string): string;
}

/** Makes free text what a pack may hold of it. */
export class PackText {
  readonly #rules: readonly TextRule[];
  readonly #ids: KnownIds;

  constructor(ids: KnownIds) {
    this.#ids = ids;
    this.#rules = [...TEXT_RULES, ...PACK_RULES, ...shapeRules((word) => ids.isId(word))];
  }

  /**
   * Free text without secrets, addresses and ids. `count` hears the rule of each thing taken out, `removed_earlier` of
   * what had been.
   */
  of(text: string, count: (rule: string) => void, longest = LONGEST_TEXT): string {
    return headOf(this.#ids.inText(this.words(text, count)), longest);
  }

  /** Words of our own, which may be somebody's id as well and stay: without secrets and addresses. */
  words(text: string, count: (rule: string) => void): string {
    // Cut before it is looked through: what comes after is not shown, however long it is.
    const head = plain(headOf(text, LONGEST_READ));
    for (const _ of head.matchAll(EARLIER)) count('removed_earlier');
    return applyRules(this.#rules, head, count);
  }
}

/** Free text is read so far, in characters; what is behind is never shown. */
const LONGEST_READ = 8_000;

function isRandom(run: string): boolean {
  const word = run.replaceAll(
    /\b(?:sess|user|sock|relay|run|show|surface|track|sim|env|version|room|trace)_[\da-f]{8}/g,
    '',
  );
  const count = (pattern: RegExp) => word.match(pattern)?.length ?? 0;
  const [digits, capitals] = [count(/\d/g), count(/[A-Z]/g)];
  const isMixed = capitals > 0 && /[a-z]/.test(word);
  if (digits >= 2 && /[a-z]/i.test(word)) return word.length >= 20 || (word.length >= 16 && isMixed);
  // Names that are written together have few capitals, and those stand apart.
  return word.length >= 20 && isMixed && capitals * 4 >= word.length && count(/[a-z][A-Z]/g) >= 4;
}
