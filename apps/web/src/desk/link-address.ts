import { type ShareLink, USUAL_OVERLAY } from '@okboxbox/protocol';

/**
 * The address that a share link is used by, with its code in it: the overlay itself, as OBS needs it, or the public page.
 * It begins with the address that others reach the server at, where that is configured, else with the `origin` that the
 * desk was opened at.
 */
export function linkAddress(
  { kind, overlay, code, sessionId }: Pick<ShareLink, 'kind' | 'overlay' | 'code' | 'sessionId'>,
  show: string,
  publicUrl: string | null | undefined,
  origin: string,
): string {
  const base = publicUrl ?? origin;
  if (kind === 'public') return `${base}/public/${sessionId ?? show}?link=${code}`;
  const subject = sessionId === null ? `show=${show}` : `session=${sessionId}`;
  return `${base}/overlay/${overlay ?? USUAL_OVERLAY}?${subject}&link=${code}`;
}
