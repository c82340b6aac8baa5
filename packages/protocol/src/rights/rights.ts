import { z } from 'zod';

/** Roles that a token may carry (contract, section 4). */
export const ROLES = ['relay', 'driver', 'team', 'director', 'overlay', 'viewer', 'camera', 'ops', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Everything that a token can allow. Rights are decided from these on the server, in one place. */
export const CAPABILITIES = [
  'relay:publish',
  'broadcast:camera',
  'session:live',
  'broadcast:view',
  'racebox:director:control',
  'ops:read',
  'ops:act',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What a role may do before extra capabilities are added to its token. */
export const CAPABILITIES_OF_ROLE: Readonly<Record<Role, readonly Capability[]>> = {
  relay: ['relay:publish'],
  driver: ['session:live'],
  team: ['session:live'],
  director: ['session:live', 'racebox:director:control', 'broadcast:view'],
  overlay: ['broadcast:view'],
  viewer: ['broadcast:view'],
  /** A broadcaster's relay, which also says which car the sim shows. */
  camera: ['relay:publish', 'broadcast:camera'],
  ops: ['ops:read', 'session:live'],
  admin: CAPABILITIES,
};

/** A show's slug, as it stands in addresses and tokens. */
export const showSlug = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'a show is lower-case letters, digits and hyphens');

/** The payload of a token. `shows` and `sessions` limit it where present; absent means all. */
export const tokenClaims = z.looseObject({
  sub: z.string().min(1).max(200),
  role: z.enum(ROLES),
  caps: z.array(z.enum(CAPABILITIES)).max(CAPABILITIES.length).optional(),
  shows: z.array(showSlug).max(100).optional(),
  sessions: z.array(z.string().max(100)).max(100).optional(),
  cars: z.array(z.string().max(20)).max(100).optional(),
  jti: z.string().max(100).optional(),
  exp: z.number(),
  email: z.string().max(320).optional(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

/** All capabilities of a token: its role's and those added to it. */
export function capabilitiesOf(claims: Pick<TokenClaims, 'role' | 'caps'>): ReadonlySet<Capability> {
  return new Set([...CAPABILITIES_OF_ROLE[claims.role], ...(claims.caps ?? [])]);
}
