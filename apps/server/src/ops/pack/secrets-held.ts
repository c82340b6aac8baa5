import {
  CAPABILITIES,
  HISTORY_FIGURES,
  OPS_EVENT_NAMES,
  opsEvent,
  PACK_SECTIONS,
  RELAY_NAMESPACE,
} from '@okboxbox/protocol';
import type { Server } from 'socket.io';
import type { Shows } from '../../owner/shows/shows.js';
import type { SocketHello } from '../../sockets/handshake.js';
import { Patterns } from './last-scan.js';
import type { Pace } from './pace.js';
import { type Found, isKey, KEY_NAME, SECRET_NAME, secretsOfAddress } from './secret-addresses.js';
import { formsOf, type Secret, SHORTEST_SECRET } from './secret-forms.js';

/** Where a server's secrets are found. */
export interface SecretSources {
  readonly io: Server;
  readonly shows: Shows;
  readonly databaseUrl: string | null;
  /** What tokens are signed with here; `null` where an identity provider does that. */
  readonly signingSecret: () => Promise<string | null>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a word is a sign-in code that is still good. */
  readonly isSignInCode: (word: string) => boolean;
}

/** All that a pack is searched for before it leaves. */
export interface SecretsHeld {
  readonly patterns: Patterns;
  /** How many values are looked for, and how many cannot be, since they are too short or a word of our own. */
  readonly searched: number;
  readonly tooPlain: number;
}

/**
 * Variables that hold no secret whatever their names say. Neither do the folders that a shell is and was in: everything is
 * kept below them, and their names would be found.
 */
const NO_SECRET = /^(?:old)?pwd$|_(?:file|dir|path|ttl|ms|enabled)$/i;
/** A switch or a number: no secret, whatever it is called. */
const PLAIN = /^(?:true|false|yes|no|on|off|\d{1,7})$/i;

/** What stands in packs anyway: a password that is one of these words cannot be looked for. */
const OWN_TEXT = JSON.stringify([
  ...[PACK_SECTIONS, CAPABILITIES, HISTORY_FIGURES, OPS_EVENT_NAMES, Object.keys(opsEvent.shape)],
  ...['okboxbox', 'postgres', 'postgresql', 'embedded', 'development', 'production', 'localhost', 'undefined'],
]);

/** Gathers this process's own secrets, and every form in which they might stand in a pack. */
export async function secretsHeld(sources: SecretSources, bearer: string | null, pace: Pace): Promise<SecretsHeld> {
  const secrets = new Map<string, Secret>();
  let tooPlain = 0;
  const keep = (secret: Secret): void => {
    const { value } = secret;
    if (value === '' || secrets.has(value)) return;
    if (value.length < SHORTEST_SECRET || OWN_TEXT.includes(value)) tooPlain += 1;
    else secrets.set(value, secret);
  };
  const add: Found = (value, isOpaque) => keep({ value, isOpaque });
  const addOfMany = (value: string): void => keep({ value, isOpaque: true, isOfMany: true });

  add((await sources.signingSecret()) ?? '', true);
  if (sources.databaseUrl !== null) secretsOfAddress(sources.databaseUrl, add);
  for (const [name, value] of Object.entries(sources.environment)) {
    if (value === undefined || NO_SECRET.test(name) || PLAIN.test(value)) continue;
    const isSecret = SECRET_NAME.test(name);
    if (!isSecret && !KEY_NAME.test(name)) continue;
    if (value.includes('://')) secretsOfAddress(value, add);
    else if (isSecret || isKey(value)) add(value, true);
    else tooPlain += 1;
  }
  for (const { links } of sources.shows.all()) for (const { code } of links) add(code, true);
  addOfMany(signatureOf(bearer));
  for (const namespace of ['/', RELAY_NAMESPACE]) {
    for (const { handshake, data } of sources.io.of(namespace).sockets.values()) {
      // Only what it was let in by: whatever else it says may be a word that stands in every pack.
      const { visitor } = data as Partial<SocketHello>;
      if (visitor?.kind === 'token') addOfMany(signatureOf((handshake.auth as { token?: unknown }).token));
      else if (visitor?.kind === 'link') add(visitor.code, true);
      if (pace.isDue) await pace.rest();
    }
  }

  const patterns = new Patterns();
  for (const secret of secrets.values()) {
    for (const form of formsOf(secret)) patterns.add(form);
    if (pace.isDue) await pace.rest();
  }
  return { patterns, searched: secrets.size, tooPlain };
}

/** Of a token, what makes it one: its signature. What comes before is the same in many. */
function signatureOf(token: unknown): string {
  return typeof token === 'string' ? token.split('.')[2] || token : '';
}
