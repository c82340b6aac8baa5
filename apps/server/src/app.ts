import { randomBytes } from 'node:crypto';
import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import { UNNUMBERED_RULES } from '@okboxbox/timing';
import fastify from 'fastify';
import { Server } from 'socket.io';
import { clientAddresses } from './access/client-address.js';
import { Limits } from './access/limits.js';
import { OpenRights } from './access/open-rights.js';
import { RevokedTokens, withoutRevoked } from './access/revoked-tokens.js';
import { localSecret } from './access/secret.js';
import { ShareLinks } from './access/share-links.js';
import { SignIn } from './access/sign-in.js';
import { type Tokens, tokensOfProvider, tokensOfSecret } from './access/tokens.js';
import { Audiences } from './audience/audiences.js';
import { afterRestart, BroadcastDelayService } from './audience/broadcast-delay.js';
import { feedStateOf } from './audience/feed-view.js';
import { PastSessions } from './audience/past-sessions.js';
import { type Clock, systemClock } from './clock.js';
import { clockShift, machineUptime, type Uptime } from './clock-shift.js';
import { closeDataDir } from './close-data-dir.js';
import type { ServerConfig } from './config.js';
import { serveControl } from './control/control-socket.js';
import { lockDataDir } from './data-dir.js';
import { explainDiskError } from './data-files.js';
import { DirectorDesk } from './director/director-desk.js';
import { serveDrills } from './drills/drill-calls.js';
import { Faults } from './drills/faults.js';
import { serveDirectors } from './gateway/director-gateway.js';
import { guardedWebSockets } from './gateway/guarded-websockets.js';
import { guardMessages, MAX_UNTRUSTED_BYTES } from './gateway/message-guard.js';
import { holdSockets } from './gateway/open-sockets.js';
import { serveViewers } from './gateway/viewer-gateway.js';
import { addAnswerHeaders, addSocketHeaders } from './http/answer-headers.js';
import { serveDiagnostics } from './http/diagnostics.js';
import { guardDoor } from './http/door.js';
import { holdCalls } from './http/held-calls.js';
import { logCalls } from './http/log-calls.js';
import { servePages } from './http/pages.js';
import { answerFrameworkError, answerProblems } from './http/problem.js';
import { servePublicCalls } from './http/public-calls.js';
import { serveCalls } from './http/routes.js';
import { serveShowActs } from './http/show-acts.js';
import { closeSocket, Hub } from './hub/hub.js';
import { ConnectedRelays } from './ingest/connected-relays.js';
import { DropCounters } from './ingest/drop-counters.js';
import { PausedRelays } from './ingest/paused-relays.js';
import { serveRelays } from './ingest/relay-gateway.js';
import { createLog, type Logger } from './log.js';
import type { OpsHands } from './ops/acts/ops-hands.js';
import { builtGitSha } from './ops/build.js';
import { serveOperations } from './ops/serve-operations.js';
import { portHolder } from './port-holder.js';
import { SessionRegistry } from './session/registry.js';
import { Shows } from './shows/shows.js';
import { AuditTrail } from './store/audit-trail.js';
import { Database, openPool } from './store/database.js';
import { EmbeddedDatabase } from './store/embedded/embedded-database.js';
import { countedStatements } from './store/server-statements.js';
import { Store } from './store/store.js';
import { WriteBehind } from './store/write-behind.js';
import { Taps } from './taps.js';
import { UnsavedSettings } from './unsaved-settings.js';

export interface ServerOptions {
  readonly config: ServerConfig;
  readonly version: string;
  /** Folder of the built pages, or `null` to serve none. */
  readonly webDir: string | null;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** A show that is public until a director says otherwise. */
  readonly publish?: string;
  /** The wall clock, which tokens are dated by, in ms since the epoch. */
  readonly wallNow?: () => number;
  /** How long the machine has been up, by which a clock that was set between two runs is noticed. */
  readonly uptime?: () => Uptime;
}

/** Largest body of a call, in bytes: nothing that is sent to any of them comes near it. */
const MAX_BODY_BYTES = 16 * 1024;
/** How long calls that are being answered are waited for when the server stops, in ms. */
const LAST_CALLS_MS = 500;

/** A server that listens. */
export interface RunningServer {
  /** Address at which parts on this machine reach it. */
  readonly url: string;
  /** What links that people are given begin with: `PUBLIC_URL`, or the address on this machine. */
  readonly publicUrl: string;
  readonly port: number;
  /** A one-time code that signs an administrator in, or `null` where an identity provider does that. */
  signInCode(): string | null;
  /** Lets viewers and relays go, writes what waits, and leaves nothing behind. */
  close(): Promise<void>;
}

/** The server cannot start; the message names the thing and the way out. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * Starts the server. Read downwards it is the path of a frame: relays → sessions (timeline, timing) → audiences
 * → hub → viewers, with the HTTP calls beside it.
 * @throws StartError, ConfigError, DataDirError
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, version } = options;
  const clock = options.clock ?? systemClock;
  const wallNow = options.wallNow ?? Date.now;
  const log = options.log ?? createLog(config.logLevel);
  const startedAt = clock.now();
  const taps = new Taps();
  const randomId = () => randomBytes(12).toString('base64url');

  const unlock = await lockDataDir(config.dataDir);
  const stopClosing = new AbortController();
  try {
    const closing = closeDataDir(config.dataDir, stopClosing.signal, log);
    const unsaved = new UnsavedSettings({ now: () => clock.now(), log });
    const revoked = await RevokedTokens.open(config.dataDir, unsaved);
    const tokens = withoutRevoked(await tokensOf(config, wallNow), revoked);
    const { shiftMs: clockShiftMs, settle } = await clockShift(
      config.dataDir,
      clock,
      options.uptime ?? machineUptime,
      log,
    );
    const registry = await SessionRegistry.open(config.dataDir, { clock, log, randomId, clockShiftMs, taps });
    const shows = await Shows.open(config.dataDir, log, options.publish, unsaved);
    const areShowsStored = await shows.rebase((settings) => afterRestart(settings, clockShiftMs, clock.now()));
    // All that is kept from before counts by this run's clock; where it could not be stored, the next run knows no shift.
    const stopWatchingClock = areShowsStored && registry.areShiftsStored ? await settle() : () => undefined;
    const links = new ShareLinks(shows, clock);
    const rights = new OpenRights({ revoked, links, clock, wallNow });
    const signIn = new SignIn(tokens, clock);
    const drops = new DropCounters();
    const relays = new ConnectedRelays(await PausedRelays.open(config.dataDir, log, unsaved));
    const limits = new Limits({ addressOf: clientAddresses(config.trustedProxies), log, taps });
    const hub = new Hub(log, () => clock.now(), taps);
    const { store, database, stopDatabase } = await storeOf(config, log, taps);
    const writing = new WriteBehind({ registry, store, clock, log, finalOf: (state) => feedStateOf(state, null) });
    const past = new PastSessions({ registry, store, log });
    const audiences = new Audiences(registry, past, { clock, hub, randomId, setTimeout, taps });
    const now = () => clock.now();
    const broadcasts = new BroadcastDelayService({
      registry,
      shows,
      hub,
      randomId,
      now,
      setTimeout,
      log,
      taps,
    });

    const http = fastify({
      logger: false,
      bodyLimit: MAX_BODY_BYTES,
      frameworkErrors: answerFrameworkError,
    });
    addAnswerHeaders(http);
    answerProblems(http, log, taps);
    logCalls(http, log);
    holdCalls(http, { rights, log, taps });
    const trail = new AuditTrail({ store, log });
    const audit = (who: string, action: string, detail: object) => {
      trail.note({ at: Math.round(clock.now()), who, action, detail });
    };
    const storeHealth = () => writing.health;
    const gitSha = config.gitSha ?? (await builtGitSha());
    if (config.diagnosticsEnabled) serveDiagnostics(http, { tokens, relays, registry, version, gitSha, startedAt });
    const publicWorld = { registry, audiences, broadcasts, links, tokens };
    serveCalls(http, { ...publicWorld, past, signIn, revoked, limits, audit, storeHealth, clock, version, startedAt });
    servePublicCalls(http, publicWorld);
    await servePages(http, options.webDir, { withOps: config.opsUiEnabled, publicUrl: config.publicUrl });

    const io = new Server(http.server, {
      serveClient: false,
      maxHttpBufferSize: MAX_UNTRUSTED_BYTES,
      perMessageDeflate: false,
      httpCompression: false,
      wsEngine: guardedWebSockets(limits),
    });
    addSocketHeaders(io);
    guardDoor(http.server, { limits, isConnected: guardMessages(io, limits) });
    registry.listen({ began: () => undefined, ended: ({ id }) => relays.letGo(id) });
    const stopRelays = serveRelays(io, { tokens, registry, drops, relays, clock, log, taps, limits });
    const viewers = serveViewers(io, { ...publicWorld, hub, clock, log, taps, limits });
    holdSockets(io, { rights, log });
    const desk = new DirectorDesk({ registry, broadcasts, shows, links, clock, audit, publicUrl: config.publicUrl });
    serveShowActs(http, { registry, desk, tokens });
    const directors = serveDirectors(io, { registry, broadcasts, desk, viewers, log, taps, limits });

    const hands: OpsHands = {
      disconnect: (socketId) => disconnectSocket(io, socketId),
      move: (socketId, sessionId, isAsked) => viewers.moveToBroadcast(socketId, sessionId, isAsked),
      follow: (show, who, choice, because) => desk.follow(show, who, choice, because),
      endSession: (sessionId) => registry.end(sessionId, 'operator'),
      ended: (sessionId) => {
        const summary = registry.summary(sessionId);
        if (summary?.status !== 'ended') return null;
        return { show: summary.show, rulesVersion: summary.rulesVersion ?? UNNUMBERED_RULES };
      },
      refoldSession: (sessionId) => registry.refold(sessionId),
      pauseRelay: (show, relayId, because) => relays.pause(show, relayId, because),
      resumeRelay: (show, relayId, because) => relays.resume(show, relayId, because),
      pausedIn: (relayId) => relays.pausedIn(relayId),
      ...{ audit, audits: (limit, before) => store.audits(limit, before), storeHealth },
      auditsWaiting: () => trail.waiting,
    };
    const operations = await serveOperations(http, config, {
      ...{ taps, io, registry, relays, drops, shows, broadcasts, storeHealth, clock, version, startedAt, gitSha },
      ...{ tokens, signIn, audit, hands, database, environment: config.environment },
      ...{ hub, viewers, log, unsaved },
      databaseKind: config.databaseUrl === null ? 'embedded' : 'postgresql',
      writeBehind: () => writing.depth,
      countedStatements: config.databaseUrl === null ? null : () => countedStatements(database),
      signingSecret: () => signingSecretOf(config),
    });

    const faults = config.drillsEnabled
      ? new Faults({
          io,
          hub,
          broadcasts,
          registry,
          database: database.as('Faults'),
          poolMax: () => database.pool.max,
          log,
        })
      : null;
    if (faults !== null) serveDrills(http, { tokens, faults, audit });

    try {
      await closing;
      await listen(http, config);
    } catch (error) {
      operations?.close();
      directors.close();
      stopWatchingClock();
      await broadcasts.close();
      await unsaved.close();
      await registry.close();
      await trail.close();
      await writing.close();
      await stopDatabase();
      throw error;
    }
    const port = portOf(http);
    const url = `http://${hostInUrl(config.host)}:${port}`;
    const publicUrl = config.publicUrl ?? url;
    const stopControl = await serveControl({ dataDir: config.dataDir, url: publicUrl, tokens, signIn, log, audit });
    log.info({ url, publicUrl, version, dataDir: config.dataDir }, 'server listens');
    if (config.publicUrl !== null && config.trustedProxies.length === 0) {
      log.warn('PUBLIC_URL is set and TRUSTED_PROXIES is not: limits count all clients of a proxy as one address.');
    }
    if (config.severalNodesAsked) {
      log.warn('REDIS_URL is set, and this version is one node: it shares nothing with other servers. Leave it out.');
    }

    return {
      url,
      publicUrl,
      port,
      signInCode: () => signIn.issue('admin')?.code ?? null,
      close: async () => {
        await stopControl();
        await faults?.close();
        for (const socket of io.sockets.sockets.values()) closeSocket(socket, 'shutdown');
        audiences.close();
        directors.close();
        await broadcasts.close();
        rights.close();
        stopWatchingClock();
        stopRelays();
        // A call that is being answered may end; a connection that is kept open for another call may not keep us.
        const cut = setTimeout(() => http.server.closeAllConnections(), LAST_CALLS_MS);
        await io.close();
        await http.close();
        clearTimeout(cut);
        await trail.close();
        await writing.close();
        await registry.close();
        await stopDatabase();
        operations?.close();
        await unsaved.close();
        stopClosing.abort();
        limits.close();
        await unlock();
        log.info({ drops: drops.all(), skipped: hub.skippedTotal }, 'server stopped');
      },
    };
  } catch (error) {
    stopClosing.abort();
    await unlock();
    throw explainDiskError(error, config.dataDir);
  }
}

/** Closes one connection of a viewer or a relay for operations; false where there is none of that id. */
function disconnectSocket(io: Server, socketId: string): boolean {
  const socket = io.sockets.sockets.get(socketId) ?? io.of(RELAY_NAMESPACE).sockets.get(socketId);
  if (socket !== undefined) closeSocket(socket, 'by_operations');
  return socket !== undefined;
}

async function tokensOf(config: ServerConfig, wallNow: () => number): Promise<Tokens> {
  if (config.provider !== null) return tokensOfProvider(config.provider, wallNow);
  return tokensOfSecret(new TextEncoder().encode((await signingSecretOf(config)) ?? ''), wallNow);
}

/** What tokens are signed with here, or `null` where an identity provider does that. */
async function signingSecretOf({ provider, jwtSecret, dataDir }: ServerConfig): Promise<string | null> {
  if (provider !== null) return null;
  return jwtSecret ?? new TextDecoder().decode(await localSecret(dataDir));
}

/** The store, its database, and the way to close it with its database, which starts beside everything else. */
interface OpenStore {
  readonly store: Store;
  readonly database: Database;
  stopDatabase(): Promise<void>;
}

async function storeOf(config: ServerConfig, log: Logger, taps: Taps): Promise<OpenStore> {
  if (config.databaseUrl !== null) {
    const pool = openPool({ kind: 'postgresql', url: config.databaseUrl, poolMax: config.databasePoolMax }, log);
    const database = new Database(pool, taps);
    const store = new Store(database);
    return { store, database, stopDatabase: () => store.close() };
  }
  const embedded = new EmbeddedDatabase(config.dataDir, log);
  await embedded.start();
  const pool = openPool({ kind: 'embedded', host: embedded.host }, log);
  const database = new Database(pool, taps);
  const store = new Store(database);
  return {
    store,
    database,
    stopDatabase: async () => {
      await store.close();
      await embedded.stop();
    },
  };
}

async function listen(http: ReturnType<typeof fastify>, { host, port }: ServerConfig): Promise<void> {
  try {
    await http.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      const holder = portHolder(port) ?? 'another program';
      throw new StartError(`Port ${port} is in use by ${holder}. Stop it, or choose another port with --port or PORT.`);
    }
    if (code === 'EACCES') {
      throw new StartError(`Port ${port} may not be opened by this user. Choose one above 1023 with --port or PORT.`);
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(`HOST ${host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all.`);
    }
    throw error;
  }
}

function portOf(http: ReturnType<typeof fastify>): number {
  const address = http.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Nobody reaches `0.0.0.0`; IPv6 addresses stand in brackets. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
