import type { Server } from 'socket.io';
import type { BroadcastDelayService } from '../audience/broadcast-delay.js';
import type { Clock } from '../clock.js';
import type { Viewers } from '../gateway/viewer-gateway.js';
import type { Hub } from '../hub/hub.js';
import type { ConnectedRelays } from '../ingest/connected-relays.js';
import type { DropCounters } from '../ingest/drop-counters.js';
import type { Logger } from '../log.js';
import type { SessionRegistry } from '../session/registry.js';
import type { Shows } from '../shows/shows.js';
import type { Database } from '../store/database.js';
import type { CountedStatements } from '../store/server-statements.js';
import type { StoreHealth, WriteBehindDepth } from '../store/write-behind.js';
import type { Taps } from '../taps.js';
import type { UnsavedSettings } from '../unsaved-settings.js';

/** What operations look at. They change none of it. */
export interface OperationsWorld {
  readonly taps: Taps;
  readonly io: Server;
  readonly hub: Hub;
  readonly viewers: Pick<Viewers, 'roomsOf' | 'isIn'>;
  readonly registry: SessionRegistry;
  readonly relays: ConnectedRelays;
  readonly drops: DropCounters;
  readonly shows: Shows;
  readonly broadcasts: BroadcastDelayService;
  readonly databaseKind: 'embedded' | 'postgresql';
  readonly database: Pick<Database, 'pool' | 'holders'>;
  readonly storeHealth: () => StoreHealth;
  /** Settings that the disk has not taken. */
  readonly unsaved: Pick<UnsavedSettings, 'list'>;
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
