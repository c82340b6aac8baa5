import type { Capability, Role } from '@okboxbox/protocol';

/** What of a token's payload pages read to decide what they offer; the server decides what is allowed. */
interface ShownClaims {
  readonly sub?: string;
  readonly role?: Role;
  readonly caps?: readonly Capability[];
  readonly shows?: readonly string[];
}

/** Whether to offer the director's desk of a show to who holds this token. Decides nothing: the server does. */
export function offersDesk(token: string | null, show: string): boolean {
  const claims = claimsOf(token);
  if (claims === null) return false;
  const { role, caps, shows } = claims;
  const mayDirect = role === 'director' || role === 'admin' || caps?.includes('racebox:director:control') === true;
  return mayDirect && (shows === undefined || shows.includes(show));
}

/** Whether to offer the operator actions to the holder of this token. Decides nothing: the server does. */
export function offersActions(token: string | null): boolean {
  const claims = claimsOf(token);
  return claims?.role === 'admin' || claims?.caps?.includes('ops:act') === true;
}

/** The name that the server notes acts with this token by; `null` without one that can be read. */
export function subjectOfToken(token: string | null): string | null {
  return claimsOf(token)?.sub ?? null;
}

function claimsOf(token: string | null): ShownClaims | null {
  const payload = token?.split('.')[1];
  if (payload === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as ShownClaims;
  } catch {
    return null;
  }
}
