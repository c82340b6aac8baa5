import type { Server } from 'socket.io';
import type { EdgeChannel } from '../channel/channel.js';
import type { Clock } from '../clock.js';
import type { DiskWatch } from '../disk-watch.js';
import type { Viewers } from '../edge/gateway/viewer-gateway.js';
import type { Hub } from '../edge/hub/hub.js';
import type { EdgeProcess } from '../edge/process/edge-workers.js';
import type { Spectators } from '../edge/spectators.js';
import type { EdgeLinks } from '../link/edge-links.js';
import type { Logger } from '../log.js';
import type { BroadcastDelayService } from '../owner/audience/broadcast-delay.js';
import type { ConnectedRelays } from '../owner/ingest/connected-relays.js';
import type { DropCounters } from '../owner/ingest/drop-counters.js';
import type { SessionRegistry } from '../owner/session/registry.js';
import type { Shows } from '../owner/shows/shows.js';
import type { Database } from '../store/database.js';
import type { Probe } from '../store/database-probe.js';
import type { CountedStatements } from '../store/server-statements.js';
import type { StoreHealth, WriteBehindDepth } from '../store/store-health.js';
import type { Taps } from '../taps.js';
import type { UnsavedSettings } from '../unsaved-settings.js';
import type { EdgeReports } from './sockets/edge-sockets.js';

/** What operations look at. They change none of it. */
export interface OperationsDeps {
  readonly taps: Taps;
  readonly io: Server;
  readonly hub: Hub;
  readonly viewers: Pick<Viewers, 'roomsOf' | 'isIn'>;
  readonly spectators: Pick<Spectators, 'of'>;
  readonly registry: SessionRegistry;
  readonly relays: ConnectedRelays;
  readonly drops: DropCounters;
  readonly shows: Shows;
  readonly broadcasts: BroadcastDelayService;
  readonly channel: EdgeChannel;
  /** Edges in other processes; `null` where this process serves viewers itself. */
  readonly edges: (EdgeReports & Pick<EdgeLinks, 'list' | 'trace'>) | null;
  /** Their processes; none before they have been started. */
  readonly edgeProcesses: () => readonly EdgeProcess[];
  /** How many viewers of all edges are in a room. */
  readonly interest: (room: string) => number;
  readonly databaseKind: 'embedded' | 'postgresql';
  readonly database: Pick<Database, 'pool' | 'holders' | 'running'>;
  /** Looks what of the database still responds. */
  readonly probeDatabase: Probe;
  readonly storeHealth: () => StoreHealth;
  /** Settings that the disk has not taken. */
  readonly unsaved: Pick<UnsavedSettings, 'list'>;
  readonly disk: Pick<DiskWatch, 'look'>;
  readonly writeBehind: () => WriteBehindDepth;
  /** The database server's own count of statements; `null` where it has none to ask for. */
  readonly countedStatements: (() => Promise<CountedStatements>) | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly gitSha: string | null;
  readonly environment: string;
  readonly startedAt: number;
}
