import { z } from 'zod';

/** What a viewer calls itself. Shown to operators; decides nothing. */
export const CLIENT_KINDS = ['dashboard', 'overlay', 'director', 'public', 'ops'] as const;

export const handshakeAuth = z.looseObject({
  token: z.string().max(8_192).optional(),
  clientKind: z.enum(CLIENT_KINDS).optional(),
  surface: z.string().max(100).optional(),
  /** The code of a share link, without a token. */
  link: z.string().max(100).optional(),
});
