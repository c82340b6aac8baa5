/**
 * The address of a share link: at the address that others reach the server at, where that is configured, else at the
 * `origin` that the desk was opened at.
 */
export function linkAddress(code: string, publicUrl: string | null | undefined, origin: string): string {
  return `${publicUrl ?? origin}/l/${code}`;
}
