/** Names of parameters and variables whose values are secrets. */
export const SECRET_NAME =
  /secret|token|passw|passphrase|pwd|api_?key|access_?key|private_?key|credential|(?:database|redis)_url|dsn/i;
/** So are many keys, but a key may be what a list is sorted by, or a file as well. */
export const KEY_NAME = /(?:^|_)key$/i;

/** Shortest part of an address that can be a secret where its name does not say so, in characters. */
const SHORTEST_PART = 12;
/** A word or several in camel case, with a small number; a word in capitals; a number. */
const PLAIN_PART = /^(?:[A-Z]?[a-z]*(?:[A-Z][a-z]{2,})*\d{0,4}|[A-Z]+\d{0,4}|\d+)$/;
/** What has pages behind it: the path of a database is its name. */
const PAGES = /^(?:http|ws)s?:$/;
const PATH = /^(?:~|\.{1,2}|[a-z]:)?[/\\]/i;

/** A secret found in an address. Of an opaque one each half is as bad as the whole. */
export type Found = (value: string, isOpaque: boolean) => void;

/**
 * Tells what is secret in an address: its password, as it is, decoded, and with whose it is, however short; a user name, a
 * part of the path and a value of the query that nobody has made up; a value of the query by its name. All of it where it
 * is no address.
 */
export function secretsOfAddress(address: string, found: Found): void {
  const both = (value: string) => {
    for (const each of new Set([value, safeDecode(value)])) found(each, true);
  };
  if (!URL.canParse(address)) {
    found(address, true);
    // One of several hosts with ports is none either.
    both(/:\/\/[^:/@]*:([^@]+)@/.exec(address)?.[1] ?? '');
    return;
  }
  const { protocol, username, password, pathname, search } = new URL(address);
  if (password !== '') {
    both(password);
    found(`${username}:${password}@`, false);
  }
  const parts = [username, ...(PAGES.test(protocol) ? pathname.split('/') : [])];
  for (const part of parts) if (isLongAndMade(part)) both(part);
  for (const pair of search.slice(1).split('&')) {
    const [name = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    if (value !== '' && (SECRET_NAME.test(name) || KEY_NAME.test(name) || isLongAndMade(value))) both(value);
  }
}

/** Whether a value that is called a key is one: neither a file nor a word or two. */
export function isKey(value: string): boolean {
  const isFile = PATH.test(value) && !value.split(/[/\\]/).some(isLongAndMade);
  return !isFile && (value.length >= 16 || isMade(value));
}

function isLongAndMade(part: string): boolean {
  const text = safeDecode(part);
  return text.length >= SHORTEST_PART && isMade(text);
}

/** Whether a machine made a text: letters and digits, or capitals and small letters, mixed as no words are. */
function isMade(text: string): boolean {
  return text.split(/[^A-Za-z0-9]+/).some((part) => !PLAIN_PART.test(part));
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
