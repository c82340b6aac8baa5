import { describe, expect, it } from 'vitest';
import { CAPABILITIES, type Capability, capabilitiesOf, ROLES, type Role, showSlug, tokenClaims } from './rights.js';

/** The table of the contract, section 4, written out. */
const TABLE: Readonly<Record<Role, readonly Capability[]>> = {
  relay: ['relay:publish'],
  driver: ['session:live'],
  team: ['session:live'],
  director: ['session:live', 'racebox:director:control', 'broadcast:view'],
  overlay: ['broadcast:view'],
  viewer: ['broadcast:view'],
  camera: ['relay:publish', 'broadcast:camera'],
  ops: ['ops:read', 'session:live'],
  admin: [
    'relay:publish',
    'broadcast:camera',
    'session:live',
    'broadcast:view',
    'racebox:director:control',
    'ops:read',
    'ops:act',
  ],
};
const claims = { sub: 'someone', role: 'viewer', exp: 2_000_000_000 };

describe('roles', () => {
  it('RGT-1: there are the nine roles of the table and no other', () => {
    expect([...ROLES].sort()).toEqual(Object.keys(TABLE).sort());
  });

  for (const role of ROLES) {
    it(`RGT-1: ${role} may do exactly what its row of the table says`, () => {
      expect([...capabilitiesOf({ role })].sort()).toEqual([...TABLE[role]].sort());
    });
  }

  it('RGT-1: only an admin acts on operations, and only relays, cameras and admins publish', () => {
    const rolesWith = (capability: Capability) => ROLES.filter((role) => capabilitiesOf({ role }).has(capability));
    expect(rolesWith('ops:act')).toEqual(['admin']);
    expect(rolesWith('relay:publish')).toEqual(['relay', 'camera', 'admin']);
    expect(rolesWith('racebox:director:control')).toEqual(['director', 'admin']);
    for (const capability of CAPABILITIES) expect(rolesWith(capability)).not.toEqual([]);
  });

  it('RGT-2: capabilities of the token add to those of its role', () => {
    expect([...capabilitiesOf({ role: 'viewer', caps: ['session:live'] })]).toEqual(['broadcast:view', 'session:live']);
    expect([...capabilitiesOf({ role: 'relay', caps: [] })]).toEqual(['relay:publish']);
  });
});

describe('claims of a token', () => {
  it('RGT-3: shows, sessions and cars are kept as given, and absent ones stay absent', () => {
    const limited = { ...claims, shows: ['my-league'], sessions: ['sess_1'], cars: ['011'] };
    expect(tokenClaims.parse(limited)).toEqual(limited);
    expect(tokenClaims.parse(claims)).toEqual(claims);
  });

  it('RGT-4: a role or capability that is not in the table is refused, as is a token without an end', () => {
    expect(tokenClaims.safeParse({ ...claims, role: 'superuser' }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, role: '__proto__' }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, caps: ['ops:everything'] }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, exp: undefined }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, exp: Number.POSITIVE_INFINITY }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, sub: '' }).success).toBe(false);
  });

  it('RGT-5: a show is a slug', () => {
    for (const good of ['local', 'my-league', '24h', 'a'.repeat(64)])
      expect(showSlug.safeParse(good).success).toBe(true);
    for (const bad of ['', 'My-League', '-a', 'a b', 'a/b', 'ü', 'a\n', 'a'.repeat(65)]) {
      expect(showSlug.safeParse(bad).success).toBe(false);
    }
  });
});
