import type { ServerConfig } from '../config.js';
import type { Logger } from '../log.js';
import type { Taps } from '../taps.js';
import { Database, openPool } from './database.js';
import { type Probe, probePostgresql } from './database-probe.js';
import { EmbeddedDatabase } from './embedded/embedded-database.js';
import { probeEmbedded } from './embedded/embedded-probe.js';
import { Store } from './store.js';

/** The store and its database. */
export interface OpenStore {
  readonly store: Store;
  readonly database: Database;
  readonly probe: Probe;
  /** Closes the connections, and ends the embedded database's process where there is one. */
  close(): Promise<void>;
}

/** Opens the configured database, or starts the embedded one as a process of its own; neither is waited for. */
export async function openStore(config: ServerConfig, log: Logger, taps: Taps): Promise<OpenStore> {
  const { databaseUrl: url } = config;
  if (url !== null) {
    const pool = openPool({ kind: 'postgresql', url, poolMax: config.databasePoolMax }, log);
    const database = new Database(pool, taps);
    const store = new Store(database);
    return { store, database, probe: (pids) => probePostgresql(url, pids), close: () => store.close() };
  }
  const embedded = new EmbeddedDatabase(config.dataDir, log);
  await embedded.start();
  const database = new Database(openPool({ kind: 'embedded', host: embedded.host }, log), taps);
  const store = new Store(database);
  return {
    store,
    database,
    probe: () => probeEmbedded(embedded),
    close: async () => {
      await store.close();
      await embedded.stop();
    },
  };
}
