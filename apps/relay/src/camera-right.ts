import { capabilitiesOf, tokenClaims } from '@okboxbox/protocol';

let known: { readonly token: string; readonly may: boolean } | null = null;

/**
 * Whether a token says that it has `broadcast:camera`. It is only read: the server decides by the signature, and leaves out what
 * comes without the right. A token that cannot be read has it not.
 */
export function mayShowCamera(token: string | undefined): boolean {
  if (token === undefined) return false;
  // Asked for each frame, and another one only after a change of the settings.
  if (known?.token !== token) known = { token, may: readRight(token) };
  return known.may;
}

function readRight(token: string): boolean {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    const claims = tokenClaims.safeParse(JSON.parse(payload));
    return claims.success && capabilitiesOf(claims.data).has('broadcast:camera');
  } catch {
    return false;
  }
}
