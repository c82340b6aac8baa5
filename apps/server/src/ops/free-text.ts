/** Longest free text that operations keep, in characters. */
export const LONGEST_TEXT = 300;

/**
 * What looks like a secret or like somebody's address, with what stands in its place. Every repetition is bounded or
 * followed by nothing, so each pattern's time grows with the text's length alone.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Lax: a token that is cut off, or stands in a bracket, is one, too.
  [/eyJ[\w-]{4,}(?:\.[\w-]*){0,4}/g, '[token]'],
  [/\b(bearer|basic)\s{1,5}[^\s"',;]+/gi, '$1 [removed]'],
  [/-----BEGIN [A-Z ]{1,40}-----[^-]*(?:-----END [A-Z ]{1,40}-----)?/g, '[key]'],
  // Of an address only where it leads: not who asks, and not what.
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"'<>]{0,300}@/gi, '$1'],
  [/\?[^\s"'<>)]{0,80}=[^\s"'<>)]*/g, '?[removed]'],
  [/(\/l\/)[\w-]+/g, '$1[removed]'],
  [
    /\b([\w-]{0,30}(?:passw(?:or)?d|pwd|secret|token|api[-_]?key|access[-_]?key|authorization|cookie|credentials?|signature|jwt))(["']?\s{0,3}[=:]\s{0,3})(?:"[^"]*"?|'[^']*'?|[^\s,;&})\]]+)/gi,
    '$1$2[removed]',
  ],
  [/[^\s@<>"'(),;:=[\]]{1,64}@[^\s@<>"'(),;:=[\]]{1,255}/g, '[e-mail]'],
  // Nothing that is said in words is as long as this.
  [/\b[\w+-]{32,}={0,2}/g, '[removed]'],
];

/**
 * Free text as operations may keep and show it: without tokens, credentials, e-mail addresses and what stands behind the
 * question mark of an address. All free text goes through here; what has a type of its own need not.
 */
export function withoutSecrets(text: string, longest = LONGEST_TEXT): string {
  // Cut twice: what is far behind need not be read, and a cut must not leave half of what would have been seen.
  let safe = text.slice(0, longest * 4);
  for (const [pattern, instead] of PATTERNS) safe = safe.replace(pattern, instead);
  return safe.length > longest ? `${safe.slice(0, longest - 1)}…` : safe;
}
