import { randomBytes } from 'node:crypto';
import fastify from 'fastify';
import { Server } from 'socket.io';
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
import type { ServerConfig } from './config.js';
import { lockDataDir } from './data-dir.js';
import { DirectorDesk } from './director/director-desk.js';
import { serveDirectors } from './gateway/director-gateway.js';
import { watchTokens } from './gateway/open-sockets.js';
import { serveViewers } from './gateway/viewer-gateway.js';
import { serveDiagnostics } from './http/diagnostics.js';
import { servePages } from './http/pages.js';
import { answerFrameworkError, answerProblems } from './http/problem.js';
import { servePublicCalls } from './http/public-calls.js';
import { serveCalls } from './http/routes.js';
import { closeSocket, Hub } from './hub/hub.js';
import { guardOversize, MAX_MESSAGE_BYTES } from './hub/oversize-guard.js';
import { ConnectedRelays } from './ingest/connected-relays.js';
import { DropCounters } from './ingest/drop-counters.js';
import { serveRelays } from './ingest/relay-gateway.js';
import { createLog, type Logger } from './log.js';
import { builtGitSha } from './ops/build.js';
import { serveMetrics } from './ops/metrics.js';
import { Operations, type OperationsWorld } from './ops/operations.js';
import { serveFlow, serveOpsCalls } from './ops/ops-calls.js';
import { portHolder } from './port-holder.js';
import { SessionRegistry } from './session/registry.js';
import { Shows } from './shows/shows.js';
import { databaseOn, figuresOf, openPool, type PoolFigures } from './store/database.js';
import { EmbeddedDatabase } from './store/embedded/embedded-database.js';
import { Store } from './store/store.js';
import { WriteBehind } from './store/write-behind.js';
import { Taps } from './taps.js';

export interface ServerOptions {
  readonly config: ServerConfig;
  readonly version: string;
  /** Folder of the built pages, or `null` to serve none. */
  readonly webDir: string | null;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** A show that is public until a director says otherwise. */
  readonly publish?: string;
  /** How long the machine has been up, by which a clock that was set between two runs is noticed. */
  readonly uptime?: () => Uptime;
}

/** How long calls that are being answered are waited for when the server stops, in ms. */
const LAST_CALLS_MS = 500;

/** A server that listens. */
export interface RunningServer {
  /** Address that it is reached at from this machine, or `PUBLIC_URL`. */
  readonly url: string;
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
  const log = options.log ?? createLog(config.logLevel);
  const startedAt = clock.now();
  const taps = new Taps();
  const randomId = () => randomBytes(12).toString('base64url');

  const unlock = await lockDataDir(config.dataDir);
  try {
    const revoked = await RevokedTokens.open(config.dataDir);
    const tokens = withoutRevoked(await tokensOf(config), revoked);
    const { shiftMs: clockShiftMs, settle } = await clockShift(config.dataDir, clock, options.uptime ?? machineUptime);
    const registry = await SessionRegistry.open(config.dataDir, { clock, log, randomId, clockShiftMs, taps });
    const shows = await Shows.open(config.dataDir, log, options.publish);
    const areStored = await shows.rebase((settings) => afterRestart(settings, clockShiftMs, clock.now()));
    // All that is kept from before counts by this run's clock; where it could not be stored, the next run knows no shift.
    const stopWatchingClock = areStored ? await settle() : () => undefined;
    const links = new ShareLinks(shows, clock);
    const signIn = new SignIn(tokens);
    const drops = new DropCounters();
    const relays = new ConnectedRelays();
    const hub = new Hub(log, () => clock.now(), taps);
    const { store, poolFigures, stopDatabase } = await storeOf(config, log, taps);
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
      bodyLimit: 1024 * 1024,
      trustProxy: config.publicUrl !== null,
      frameworkErrors: answerFrameworkError,
    });
    answerProblems(http, log, taps);
    const audit = (who: string, action: string, detail: object) => {
      store.audit({ at: Math.round(clock.now()), who, action, detail }).catch((error) => {
        log.warn({ err: error, who, action, detail }, 'who did what could not be stored');
      });
    };
    const storeHealth = () => writing.health;
    if (config.diagnosticsEnabled) serveDiagnostics(http, { tokens, relays, registry, version, startedAt });
    const publicWorld = { registry, audiences, broadcasts, links, tokens };
    serveCalls(http, { ...publicWorld, past, signIn, revoked, audit, storeHealth, clock, version, startedAt });
    servePublicCalls(http, publicWorld);
    await servePages(http, options.webDir);

    const io = new Server(http.server, {
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      httpCompression: false,
    });
    guardOversize(io, log);
    const stopRelays = serveRelays(io, { tokens, registry, drops, relays, clock, log, taps });
    const unwatch = watchTokens(io, { revoked, links, clock, log });
    const viewers = serveViewers(io, { ...publicWorld, hub, clock, log, taps });
    const desk = new DirectorDesk({ registry, broadcasts, shows, links, clock, audit });
    const directors = serveDirectors(io, { registry, broadcasts, desk, viewers, log, taps });

    const gitSha = config.gitSha ?? (await builtGitSha());
    const operations = operationsOf(config, {
      ...{ taps, io, registry, relays, drops, shows, broadcasts, storeHealth, poolFigures, clock, version, startedAt },
      ...{ gitSha, environment: config.environment },
      databaseKind: config.databaseUrl === null ? 'embedded' : 'postgresql',
    });
    if (operations !== null) {
      if (config.opsUiEnabled) serveOpsCalls(http, tokens, operations);
      if (config.diagnosticsEnabled) serveFlow(http, tokens, operations);
      if (config.metricsEnabled) serveMetrics(http, tokens, operations);
    }

    try {
      await listen(http, config);
    } catch (error) {
      operations?.close();
      directors.close();
      stopWatchingClock();
      await broadcasts.close();
      await registry.close();
      await writing.close();
      await stopDatabase();
      throw error;
    }
    const port = portOf(http);
    const url = config.publicUrl ?? `http://${hostInUrl(config.host)}:${port}`;
    log.info({ url, version, dataDir: config.dataDir }, 'server listens');

    return {
      url,
      port,
      signInCode: () => signIn.issue('admin'),
      close: async () => {
        for (const socket of io.sockets.sockets.values()) closeSocket(socket, 'shutdown');
        audiences.close();
        directors.close();
        await broadcasts.close();
        unwatch();
        stopWatchingClock();
        stopRelays();
        // A call that is being answered may end; a connection that is kept open for another call may not keep us.
        const cut = setTimeout(() => http.server.closeAllConnections(), LAST_CALLS_MS);
        await io.close();
        await http.close();
        clearTimeout(cut);
        await writing.close();
        await registry.close();
        await stopDatabase();
        operations?.close();
        await unlock();
        log.info({ drops: drops.all(), skipped: hub.skippedTotal }, 'server stopped');
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Operations, where any of their surfaces is on: else nobody listens at the taps. */
function operationsOf(config: ServerConfig, world: OperationsWorld): Operations | null {
  return config.opsUiEnabled || config.metricsEnabled || config.diagnosticsEnabled ? new Operations(world) : null;
}

async function tokensOf(config: ServerConfig): Promise<Tokens> {
  if (config.jwksUrl !== null) return tokensOfProvider(config.jwksUrl);
  if (config.jwtSecret !== null) return tokensOfSecret(new TextEncoder().encode(config.jwtSecret));
  return tokensOfSecret(await localSecret(config.dataDir));
}

/** The store, its pool's figures, and the way to close it with its database, which starts beside everything else. */
interface OpenStore {
  readonly store: Store;
  readonly poolFigures: () => PoolFigures;
  stopDatabase(): Promise<void>;
}

async function storeOf(config: ServerConfig, log: Logger, taps: Taps): Promise<OpenStore> {
  if (config.databaseUrl !== null) {
    const pool = openPool({ kind: 'postgresql', url: config.databaseUrl, poolMax: config.databasePoolMax }, log);
    const store = new Store(databaseOn(pool, taps));
    return { store, poolFigures: () => figuresOf(pool), stopDatabase: () => store.close() };
  }
  const embedded = new EmbeddedDatabase(config.dataDir, log);
  await embedded.start();
  const pool = openPool({ kind: 'embedded', host: embedded.host }, log);
  const store = new Store(databaseOn(pool, taps));
  return {
    store,
    poolFigures: () => figuresOf(pool),
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
