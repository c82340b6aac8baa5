import { setImmediate as nextTurn } from 'node:timers/promises';
import { DETECTORS, Detectors } from '@okboxbox/findings';
import type { AuditEntry, Trace } from '@okboxbox/protocol';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import type { SignIn } from '../../access/sign-in.js';
import type { ConnectedRelays } from '../../owner/ingest/connected-relays.js';
import { parityOf } from '../../owner/ingest/parity.js';
import type { Shows } from '../../owner/shows/shows.js';
import type { Operations } from '../operations.js';
import { takeSnapshot } from '../snapshot.js';
import { type PackCallsDeps, servePackCalls } from './pack-calls.js';
import { removeLeftovers } from './pack-file.js';
import type { Looked } from './section.js';
import { SupportPacks, type SupportPacksDeps } from './support-packs.js';

/** Acts of the audit trail in one pack. */
const MOST_ACTS = 500;

/** What a server gives to its support packs. */
export interface ServePacksDeps
  extends Pick<SupportPacksDeps, 'operations' | 'config' | 'version' | 'gitSha' | 'startedAt' | 'now'>,
    Pick<PackCallsDeps, 'tokens' | 'registry' | 'audit'> {
  readonly relays: ConnectedRelays;
  readonly io: Server;
  readonly shows: Shows;
  readonly signIn: SignIn;
  /** The newest acts of the audit trail; none while it cannot be read. */
  readonly audits: (limit: number) => Promise<readonly AuditEntry[]>;
  /** What tokens are signed with here; `null` where an identity provider does that. */
  readonly signingSecret: () => Promise<string | null>;
}

/** Joins support packs to what they are made from, and answers the calls for them; clears away what a crash has left. */
export async function servePacks(http: FastifyInstance, deps: ServePacksDeps): Promise<void> {
  const { operations, config, registry, relays, io, shows, signIn, signingSecret, tokens, audit, audits } = deps;
  await removeLeftovers(config.dataDir);
  const packs = new SupportPacks({
    ...deps,
    parity: (sessionId) => parityOf(registry, relays, sessionId),
    look: (withoutFreeText) => lookOf(operations, audits, withoutFreeText),
    database: () => operations.database.read(),
    history: () => operations.history.read(),
    trace: async (traceId) => traceOf(operations.traces.json(traceId)),
    secrets: {
      io,
      shows,
      signingSecret,
      databaseUrl: config.databaseUrl,
      environment: process.env,
      isSignInCode: (word) => signIn.knows(word),
    },
  });
  const sessionOfTrace = (traceId: string) =>
    operations.traces.list().traces.find((each) => each.traceId === traceId)?.sessionId ?? null;
  servePackCalls(http, { tokens, registry, packs, sessionOfTrace, audit });
}

/** Looks once more, with what was found last: a reader of the pack finds the same. */
async function lookOf(
  operations: Operations,
  audits: ServePacksDeps['audits'],
  withoutFreeText: Parameters<SupportPacksDeps['look']>[0],
): Promise<Looked> {
  const audit = await audits(MOST_ACTS).catch(() => []);
  const snapshot = withoutFreeText({ ...(await takeSnapshot(operations, operations.triage.before)), audit });
  const found = new Detectors(DETECTORS).look(snapshot);
  return { snapshot, findings: { at: snapshot.at, ...found, cleared: operations.triage.answer.cleared } };
}

/** Written out and read again, with a pause between: each alone takes the time that others can wait. */
async function traceOf(json: string | null): Promise<Trace | null> {
  await nextTurn();
  return json === null ? null : (JSON.parse(json) as Trace);
}
