import { randomBytes } from 'node:crypto';
import { RELAY_NAMESPACE } from '@okboxbox/protocol';
import { UNNUMBERED_RULES } from '@okboxbox/timing';
import type { Server } from 'socket.io';
import { clientAddresses, clientsOfEdges } from './access/client-address.js';
import { Limits } from './access/limits.js';
import { OpenRights } from './access/open-rights.js';
import { RevokedTokens, withoutRevoked } from './access/revoked-tokens.js';
import { ShareLinks, type WantedLink } from './access/share-links.js';
import { SignIn } from './access/sign-in.js';
import { asyncApi } from './api/asyncapi.js';
import { openApi } from './api/openapi.js';
import { MemoryChannel } from './channel/memory-channel.js';
import { SharedChannel } from './channel/shared-channel.js';
import { type Clock, systemClock } from './clock.js';
import { clockShift, machineUptime, type Uptime } from './clock-shift.js';
import { closeDataDir } from './close-data-dir.js';
import { builtGitSha, type ServerConfig } from './config.js';
import { serveControl } from './control/control-socket.js';
import { lockDataDir } from './data-dir.js';
import { explainDiskError } from './data-files.js';
import { openDataFormat } from './data-format.js';
import { MemoryDirectory } from './directory/memory-directory.js';
import { SharedDirectory } from './directory/shared-directory.js';
import { DiskWatch } from './disk-watch.js';
import { serveDrills } from './drills/drill-calls.js';
import { Faults } from './drills/faults.js';
import { desksOf } from './edge/desk-of.js';
import { type ActName, DirectorActs } from './edge/director-acts.js';
import { serveDirectors } from './edge/gateway/director-gateway.js';
import type { Moved } from './edge/gateway/viewer.js';
import { serveViewers } from './edge/gateway/viewer-gateway.js';
import { addAnswerHeaders, addSocketHeaders } from './edge/http/answer-headers.js';
import { serveAutoCalls } from './edge/http/auto-calls.js';
import { serveDiagnostics } from './edge/http/diagnostics.js';
import { serveDocuments } from './edge/http/documents.js';
import { guardDoor } from './edge/http/door.js';
import { allowForeignPages } from './edge/http/foreign-pages.js';
import { holdCalls } from './edge/http/held-calls.js';
import { hostInUrl, listen } from './edge/http/listen.js';
import { logCalls } from './edge/http/log-calls.js';
import { serveLogoCalls } from './edge/http/logo-calls.js';
import { servePages } from './edge/http/pages.js';
import { answerProblems } from './edge/http/problem.js';
import { servePublicCalls } from './edge/http/public-calls.js';
import { serveCalls } from './edge/http/routes.js';
import { serveSegmentCalls } from './edge/http/segment-calls.js';
import { serveShowActions } from './edge/http/show-actions.js';
import { serveShownCalls } from './edge/http/shown-calls.js';
import { serveTopicCalls } from './edge/http/topic-calls.js';
import { Hub } from './edge/hub/hub.js';
import { openPort } from './edge/open-port.js';
import type { RunningEdges, StartEdges } from './edge/process/edge-workers.js';
import { listenThroughEdges } from './edge/process/listen-through-edges.js';
import { Spectators } from './edge/spectators.js';
import { EdgeLinks } from './link/edge-links.js';
import type { EdgeLinksDeps } from './link/far-edge.js';
import { createLog, type Logger } from './log.js';
import type { OpsActions } from './ops/actions/ops-actions.js';
import { serveOperations } from './ops/serve-operations.js';
import { Audiences } from './owner/audience/audiences.js';
import { afterRestart, BroadcastDelayService } from './owner/audience/broadcast-delay.js';
import { feedStateOf } from './owner/audience/feed-view.js';
import { PastSessions } from './owner/audience/past-sessions.js';
import { PublicSegments } from './owner/audience/public-segments.js';
import { AutoShows } from './owner/director/auto-shows.js';
import { DirectorDesk } from './owner/director/director-desk.js';
import { ShowCamera } from './owner/director/show-camera.js';
import { ConnectedRelays } from './owner/ingest/connected-relays.js';
import { DropCounters } from './owner/ingest/drop-counters.js';
import { PausedRelays } from './owner/ingest/paused-relays.js';
import { serveRelays } from './owner/ingest/relay-gateway.js';
import { SessionRegistry } from './owner/session/registry.js';
import { keepSessionRecords } from './owner/session-records.js';
import { ShowOwner } from './owner/show-owner.js';
import { ShowLogos } from './owner/shows/show-logos.js';
import { Shows } from './owner/shows/shows.js';
import { WriteBehind } from './owner/write-behind.js';
import { Parts } from './parts.js';
import { serverTokens, signingSecretOf } from './server-tokens.js';
import { closeSocket } from './sockets/close-socket.js';
import { guardMessages } from './sockets/message-guard.js';
import { holdSockets } from './sockets/open-sockets.js';
import { AuditTrail } from './store/audit-trail.js';
import { openStore } from './store/open-store.js';
import { countedStatements } from './store/server-statements.js';
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
  /** Starts its edge processes, where `config.edgeWorkers` asks for some. */
  readonly startEdges?: StartEdges;
  /** How long the machine has been up, by which a clock that was set between two runs is noticed. */
  readonly uptime?: () => Uptime;
}

/** How long the server waits for the lines of what was on air before it was restarted, in ms, before it lets anyone in. */
const LINES_MS = 5_000;

/** A server that listens. */
export interface RunningServer {
  /** Address at which parts on this machine reach it. */
  readonly url: string;
  /** What links that people are given begin with: `PUBLIC_URL`, or the address on this machine. */
  readonly publicUrl: string;
  readonly port: number;
  /** A one-time code that signs an administrator in, or `null` where an identity provider does that. */
  signInCode(): string | null;
  /**
   * The code of an overlay link of a show for the person who started this server: one that it made before, or a new one.
   * @throws OwnerRefusal where the show has no room for another link, or it cannot be stored
   */
  overlayLink(show: string): Promise<string>;
  /** Lets viewers and relays go, writes what waits, and leaves nothing behind. */
  close(): Promise<void>;
}

/**
 * Starts the server: its parts, each on top of those that it depends on. Read downwards it is the path of a frame: sessions
 * (timeline, timing) → audiences → channel → hub → viewers, with what feeds and serves them beside it.
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

  const parts = new Parts(log);
  try {
    // The data folder, and what was kept in it: settings, tokens, shows, sessions.
    await parts.start({ name: 'data folder', start: () => lockDataDir(config.dataDir), stop: (unlock) => unlock() });
    await openDataFormat(config.dataDir, version);
    const stopClosing = parts.add('file modes', new AbortController(), { stop: (stop) => stop.abort() });
    const closing = closeDataDir(config.dataDir, stopClosing.signal, log);
    const unsaved = parts.add('unsaved settings', new UnsavedSettings({ now: () => clock.now(), log }), {
      stop: (settings) => settings.close(),
    });
    const revoked = await RevokedTokens.open(config.dataDir, unsaved);
    const tokens = withoutRevoked(await serverTokens(config, wallNow), revoked);
    const uptime = options.uptime ?? machineUptime;
    const { shiftMs: clockShiftMs, settle } = await clockShift(config.dataDir, clock, uptime, log);
    const registry = await parts.start({
      name: 'sessions',
      start: () => SessionRegistry.open(config.dataDir, { clock, log, randomId, clockShiftMs, taps }),
      stop: (sessions) => sessions.close(),
    });
    const disk = parts.add(
      'disk',
      new DiskWatch({ dir: config.dataDir, written: () => registry.written, clock, log }),
      {
        stop: (watch) => watch.close(),
      },
    );
    const shows = await Shows.open(config.dataDir, log, options.publish, unsaved);
    const areShowsStored = await shows.rebase((settings) => afterRestart(settings, clockShiftMs, clock.now()));
    // All that is kept from before counts by this run's clock; where it could not be stored, the next run knows no shift.
    if (areShowsStored && registry.areShiftsStored) {
      await parts.start({ name: 'clock watch', start: settle, stop: (stopWatching) => stopWatching() });
    }

    // Rights and limits.
    const links = new ShareLinks(shows, clock);
    const rights = parts.add('open rights', new OpenRights({ revoked, links, clock, wallNow }), {
      stop: (open) => open.close(),
    });
    const signIn = new SignIn(tokens, clock);
    const hasEdges = config.edgeWorkers > 0;
    const addressOf = hasEdges ? clientsOfEdges() : clientAddresses(config.trustedProxies);
    const limits = parts.add('limits', new Limits({ addressOf, log, taps }), {
      stop: (running) => running.close(),
    });

    // What is remembered beside the race.
    const { store, database, probe } = await parts.start({
      name: 'database',
      start: () => openStore(config, log, taps),
      stop: (open) => open.close(),
    });
    const trail = parts.add('audit trail', new AuditTrail({ store, log }), { stop: (open) => open.close() });
    const audit = (who: string, action: string, detail: object) => {
      trail.note({ at: Math.round(clock.now()), who, action, detail });
    };
    const writing = parts.add(
      'writing behind',
      new WriteBehind({ registry, store, clock, log, finalOf: (state) => feedStateOf(state, null) }),
      { stop: (running) => running.close() },
    );
    const past = new PastSessions({ registry, store, log });

    // A frame's way: ingest (below, with the sockets) → sessions → audiences → channel → hub.
    const views = new MemoryChannel({ randomId, taps });
    const hub = new Hub(log, () => clock.now(), taps);
    views.subscribe(hub);
    // One node: it owns every show, and all of them run on the clock of the process.
    const shared = hasEdges
      ? { channel: new SharedChannel(views), directory: new SharedDirectory(() => clock.now()) }
      : null;
    const channel = shared?.channel ?? views;
    const directory = shared?.directory ?? new MemoryDirectory(() => clock.now());
    const clockOf = () => clock;
    const audiences = parts.add(
      'live audiences',
      new Audiences({ registry, past, channel, clockOf, setTimeout, taps }),
      { stop: (running) => running.close() },
    );
    const broadcasts = parts.add(
      'broadcasts',
      new BroadcastDelayService({ registry, shows, channel, directory, clockOf, setTimeout, log, taps }),
      { stop: (running) => running.close() },
    );
    parts.add('session records', keepSessionRecords(registry, directory), { stop: (stop) => stop() });
    const relays = new ConnectedRelays(await PausedRelays.open(config.dataDir, log, unsaved));
    const drops = new DropCounters();
    registry.listen({ began: () => undefined, ended: ({ id }) => relays.disconnect(id) });
    const auto = parts.add('shows that run themselves', new AutoShows({ registry, broadcasts, shows, clock, log }), {
      stop: (running) => running.close(),
    });
    const logos = await ShowLogos.open(config.dataDir);
    const told = { clock, log, audit, publicUrl: config.publicUrl };
    const camera = new ShowCamera(relays);
    const desk = parts.add(
      'desk',
      new DirectorDesk({ registry, broadcasts, shows, links, logos, camera, auto, ...told }),
      {
        stop: (running) => running.close(),
      },
    );
    const segments = parts.add(
      'public segments',
      new PublicSegments({
        pictureOf: (show) => broadcasts.of(show).publicPicture,
        airedSession: (show) => broadcasts.of(show).airedSession('public'),
        isAiring: (sessionId) => broadcasts.isAiring(sessionId),
        endedPublic: (sessionId) => audiences.endedPublic(sessionId),
        now: () => performance.now(),
        setTimeout,
        randomId,
      }),
      { stop: (running) => running.close() },
    );
    const owner = new ShowOwner({ registry, broadcasts, audiences, past, segments, relays, desk });
    parts.add('owned shows', directory.offer(owner), { stop: (giveUp) => giveUp() });

    // The edge: HTTP and sockets on one port.
    // One process: all polls of a connection reach it.
    const { http, io } = openPort(parts, limits, true);
    addAnswerHeaders(http);
    allowForeignPages(http, io);
    answerProblems(http, log, taps);
    logCalls(http, log);
    holdCalls(http, { rights, log, taps });
    const storeHealth = () => writing.health;
    const gitSha = config.gitSha ?? (await builtGitSha());
    serveDocuments(http, { openApi, asyncApi });
    if (config.diagnosticsEnabled) serveDiagnostics(http, { tokens, directory, version, gitSha, startedAt });
    const edge = { directory, channel: views, links, tokens };
    const health = { disk, damaged: registry.damaged, storeHealth, clock, version, startedAt };
    serveCalls(http, { ...edge, ...health, signIn, revoked, limits, audit });
    servePublicCalls(http, edge);
    serveTopicCalls(http, edge);
    const spectators = new Spectators(() => performance.now());
    const pointerCalls = new Spectators(() => performance.now());
    serveSegmentCalls(http, { ...edge, spectators, pointerCalls, viewersIn: (room) => channel.interest(room) });
    serveLogoCalls(http, edge);
    serveShownCalls(http, { ...edge, watchers: (show) => (edges ?? viewers).watchers(show) });
    const acts = new DirectorActs({ directory, publicUrl: config.publicUrl });
    const deskOf = (show: string) => desksOf(directory, edges ?? viewers)(show);
    const edgeKey = randomId();
    let processes: RunningEdges | null = null;
    const edges: EdgeLinks | null =
      shared === null
        ? null
        : new EdgeLinks({
            ...shared,
            key: edgeKey,
            views,
            owner,
            acts: farActs(acts),
            deskOf,
            shows,
            links,
            revoked,
            clock,
            log,
          });
    if (edges !== null) parts.add('links of edges', edges, { stop: (running) => running.close() });
    serveShowActions(http, { acts, tokens, limits });
    serveAutoCalls(http, { directory, tokens, limits });
    await servePages(http, options.webDir, { withOps: config.opsUiEnabled, publicUrl: config.publicUrl });

    addSocketHeaders(io);
    guardDoor(http.server, { limits, isConnected: guardMessages(io, limits) });
    parts.add('relays', serveRelays(io, { tokens, registry, drops, relays, clock, log, taps, limits }), {
      stop: (stop) => stop(),
    });
    const viewers = serveViewers(io, { ...edge, hub, clock, log, taps, limits });
    holdSockets(io, { rights, log });
    parts.add('directors', serveDirectors(io, { directory, channel: views, deskOf, acts, log, taps, limits }), {
      stop: (running) => running.close(),
    });

    // Operations listen, and act through these few ways alone.
    const actions: OpsActions = {
      disconnect: async (socketId, edge) =>
        edge === undefined
          ? disconnectSocket(io, socketId)
          : (await edges?.order(edge, { what: 'disconnect', socketId })) === true,
      move: async (socketId, sessionId, isAsked, edge) => {
        const moved =
          edge === undefined
            ? viewers.moveToBroadcast(socketId, sessionId, isAsked)
            : await edges?.order(edge, { what: 'move', socketId, sessionId: sessionId ?? null, isAsked });
        // An edge of this release answers as `moveToBroadcast` does; one that went meanwhile, not at all.
        return (
          (moved as Moved | null) ?? {
            isMoved: false,
            code: 'not_found',
            because: `No viewer is connected as "${socketId}".`,
          }
        );
      },
      follow: (show, who, choice, because) => desk.follow(show, who, choice, because),
      endSession: (sessionId) => registry.end(sessionId, 'operator'),
      ended: (sessionId) => {
        const summary = registry.summary(sessionId);
        if (summary?.status !== 'ended') return null;
        return { show: summary.show, rulesVersion: summary.rulesVersion ?? UNNUMBERED_RULES };
      },
      refoldSession: (sessionId) => registry.refold(sessionId),
      acceptLoss: (sessionId) => registry.damaged.accept(sessionId),
      pauseRelay: (show, relayId, because) => relays.pause(show, relayId, because),
      resumeRelay: (show, relayId, because) => relays.resume(show, relayId, because),
      pausedIn: (relayId) => relays.pausedIn(relayId),
      audit,
      audits: (limit, before) => store.audits(limit, before),
      storeHealth,
      auditsWaiting: () => trail.waiting,
    };
    const faultDeps = { io, hub, broadcasts, registry, poolMax: () => database.pool.max, log };
    await parts.start({
      name: 'operations',
      start: () =>
        serveOperations(http, config, {
          taps,
          io,
          registry,
          relays,
          drops,
          shows,
          broadcasts,
          channel: views,
          edges,
          edgeProcesses: () => processes?.list() ?? [],
          interest: (room) => channel.interest(room),
          addressOf,
          storeHealth,
          clock,
          version,
          startedAt,
          gitSha,
          tokens,
          signIn,
          audit,
          actions,
          database,
          environment: config.environment,
          hub,
          viewers,
          spectators,
          log,
          unsaved,
          disk,
          databaseKind: config.databaseUrl === null ? 'embedded' : 'postgresql',
          writeBehind: () => writing.depth,
          probeDatabase: probe,
          countedStatements: config.databaseUrl === null ? null : () => countedStatements(database),
          signingSecret: () => signingSecretOf(config),
        }),
      stop: (running) => running?.close(),
    });
    if (config.drillsEnabled) {
      const faults = parts.add('faults', new Faults({ ...faultDeps, database: database.as('Faults') }), {
        drain: (running) => running.close(),
      });
      serveDrills(http, { tokens, faults, audit });
    }

    await closing;
    await broadcasts.prepared(LINES_MS);
    const port =
      edges === null
        ? await listen(http, config.host, config.port)
        : await parts
            .start({
              name: 'edge processes',
              start: () => listenThroughEdges(http, { ...options, links: edges, key: edgeKey, log }),
              drain: (running) => running.close(),
            })
            .then((running) => {
              processes = running;
              return running.port;
            });
    const url = `http://${hostInUrl(config.host)}:${port}`;
    const publicUrl = config.publicUrl ?? url;
    await parts.start({
      name: 'control socket',
      start: () => serveControl({ dataDir: config.dataDir, url: publicUrl, tokens, signIn, log, audit }),
      drain: (stop) => stop(),
    });
    log.info({ url, publicUrl, version, dataDir: config.dataDir }, 'server listening');
    registry.checkTimelines();
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
      overlayLink: async (show) => (links.lasting(show, STARTED_BY) ?? (await desk.createLink(linkOf(show)))).code,
      close: async () => {
        await parts.stop();
        log.info({ drops: drops.all(), skipped: hub.skippedTotal }, 'server stopped');
      },
    };
  } catch (error) {
    await parts.stop();
    throw explainDiskError(error, config.dataDir);
  }
}

/** The name under which the server makes what it prints as it starts. */
const STARTED_BY = 'up';

/** A link to the stage, as it is printed. */
function linkOf(show: string): WantedLink {
  const kind = { kind: 'overlay', overlay: 'stage' } as const;
  return { show, ...kind, label: 'OBS', sessionId: null, ttlMs: undefined, createdBy: STARTED_BY };
}

/** Acts whose names and inputs came from an edge of this release, which has read them by their schemas. */
function farActs(acts: DirectorActs): EdgeLinksDeps['acts'] {
  return {
    run: (name, visitor, input) => acts.run(name as ActName, visitor, input as never),
    onActed: (listener) => acts.onActed(listener),
  };
}

/** Closes one connection of a viewer or a relay for operations; false where there is none of that id. */
function disconnectSocket(io: Server, socketId: string): boolean {
  const socket = io.sockets.sockets.get(socketId) ?? io.of(RELAY_NAMESPACE).sockets.get(socketId);
  if (socket !== undefined) closeSocket(socket, 'by_operations');
  return socket !== undefined;
}
