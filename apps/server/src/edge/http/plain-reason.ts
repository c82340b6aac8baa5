/** What goes wrong with a disk or a database, by what their errors say. */
const REASONS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/ENOSPC|EDQUOT/, 'there is no room left'],
  [/EACCES|EPERM/, 'this user may not'],
  [/EROFS/, 'it is read-only'],
  [/EIO/, 'it fails'],
  [/ECONNREFUSED/, 'it refuses connections'],
  [/ENOTFOUND|EAI_AGAIN/, 'its name leads nowhere'],
  [/ENOENT/, 'it is not there'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout/i, 'it does not answer in time'],
  [/authentication|password/i, 'it does not know this user'],
  [/does not exist/, 'what is asked for is not there'],
  [/ECONNRESET|EPIPE|terminat|shutting down|starting up/i, 'its connections break'],
  [/too many/i, 'it has too many connections'],
];
const CODE = /\bE[A-Z]{2,14}\b/;

/**
 * Why something is away, for callers without a right: in words, with the code of the error, and with none of the
 * names, paths and addresses in it. Those are in the log.
 */
export function plainReason(because: string): string {
  const words = REASONS.find(([pattern]) => pattern.test(because))?.[1] ?? 'the log says why';
  const code = CODE.exec(because)?.[0];
  return code === undefined ? words : `${words}, ${code}`;
}
