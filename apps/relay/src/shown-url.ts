/** Names of parameters in an address whose values are secrets. */
const SECRET_NAME = /token|secret|pass|key|code|auth|sig|jwt|credential/i;

/**
 * An address as it may be shown on a page, in a log or to a server: without a user's name and password, and without the
 * values of parameters that look like secrets.
 */
export function shownUrl(url: string): string {
  // A password may hold what ends a host's name: then the address is another one to a parser.
  if (!URL.canParse(url) || new URL(url).pathname.includes('@')) return url.replace(/^([a-z]+:\/\/)?.*@/i, '$1');
  const read = new URL(url);
  if (read.username === '' && read.password === '' && read.search === '' && read.hash === '') return url;
  read.username = '';
  read.password = '';
  for (const name of new Set(read.searchParams.keys())) {
    if (SECRET_NAME.test(name)) read.searchParams.set(name, '…');
  }
  const hash = SECRET_NAME.test(read.hash) ? '' : read.hash;
  const query = read.searchParams.size === 0 ? '' : `?${decodeURIComponent(read.searchParams.toString())}`;
  const path = read.pathname === '/' ? '' : read.pathname;
  return `${read.protocol}//${read.host}${path}${query}${hash}`;
}
