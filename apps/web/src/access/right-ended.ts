import type { CloseReason } from '@okboxbox/protocol';

/** What a page says whose right has ended while it was open. */
export const RIGHT_ENDED: Partial<Record<CloseReason, string>> = {
  token_revoked: 'Your token was revoked. Sign in with another one.',
  token_expired: 'Your token expired. Sign in again.',
  link_revoked: 'This link was revoked. Ask for a new one.',
  link_expired: 'This link expired. Ask for a new one.',
};
