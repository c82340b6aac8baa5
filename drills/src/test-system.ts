import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@okboxbox/protocol';
import { localSecret, tokensOfSecret } from '@okboxbox/server';
import type { Client } from './client.js';
import { freePort } from './free-port.js';
import { Line } from './line.js';
import { ThrowAwayDatabase } from './postgres.js';
import { type RelayLike, RelayProcess } from './relay-process.js';
import { Running, until } from './running.js';
import { ServerUnderTest, SHOW } from './server-under-test.js';
import { SmallDisk } from './small-disk.js';

/** What a drill's system is like where it differs from a good evening. */
export interface SystemLike {
  /** Which relay feeds it: a good one, or none from the start. */
  readonly relay?: 'good' | 'none';
  /** A PostgreSQL database of its own; absent: the embedded one. */
  readonly database?: 'postgresql';
  /** Connections of its pool. */
  readonly poolMax?: number;
  /** A file system of its own for the data folder, which can be made smaller: that takes an administrator. */
  readonly disk?: 'own';
  /** Whether the show is public from the start. */
  readonly published?: boolean;
}

const TOKEN_TTL_S = 3_600;

/**
 * A whole system as it runs on an evening: a server's process, a relay's process on a line of its own, a dashboard that
 * sees the race live and an overlay that sees it through the broadcast.
 */
export class TestSystem extends ServerUnderTest {
  /** The line between relay and server. */
  readonly line: Line;
  /** A line between some viewers and the server. */
  readonly viewersLine: Line;
  readonly database: ThrowAwayDatabase | null;
  readonly disk: SmallDisk | null;
  readonly #dir: string;
  readonly #port: number;
  readonly #like: SystemLike;
  #server: Running | null = null;
  #relay: RelayProcess | null = null;
  #relays = 0;
  #dashboard: Client | null = null;
  #overlay: Client | null = null;

  private constructor(
    dir: string,
    port: number,
    lines: readonly [relay: Line, viewers: Line],
    database: ThrowAwayDatabase | null,
    like: SystemLike,
  ) {
    const data = join(dir, 'data');
    super(`http://127.0.0.1:${port}`, (role) => signed(data, role));
    this.#dir = dir;
    this.#port = port;
    [this.line, this.viewersLine] = lines;
    this.database = database;
    this.disk = like.disk === undefined ? null : new SmallDisk(data);
    this.#like = like;
  }

  /** Starts a system; resolves when it serves and, where it has a relay, when the race is seen. */
  static async start(like: SystemLike = {}): Promise<TestSystem> {
    const dir = mkdtempSync(join(tmpdir(), 'okboxbox-drill-'));
    const port = await freePort();
    const database = like.database === undefined ? null : await ThrowAwayDatabase.make();
    const system = new TestSystem(dir, port, [await Line.to(port), await Line.to(port)], database, like);
    try {
      await system.disk?.mount();
      await system.serve();
      await until('the database is there', async () => (await system.summary()).database.state === 'ok', 60_000);
      if (like.relay !== 'none') {
        await system.feed();
        await system.watch();
      }
      return system;
    } catch (error) {
      await system.end();
      throw error;
    }
  }

  /** Folder of everything that the server keeps. */
  get dataDir(): string {
    return join(this.#dir, 'data');
  }

  get server(): Running {
    return there(this.#server, 'server');
  }

  get relay(): RelayProcess {
    return there(this.#relay, 'relay');
  }

  get dashboard(): Client {
    return there(this.#dashboard, 'dashboard');
  }

  get overlay(): Client {
    return there(this.#overlay, 'overlay');
  }

  /** Starts the server. */
  async serve(): Promise<void> {
    const publish = this.#like.published === false ? [] : ['--publish', SHOW];
    this.#server = new Running(['server', '--port', String(this.#port), '--data', this.dataDir, ...publish], {
      cwd: this.#dir,
      env: {
        LOG_LEVEL: 'warn',
        OPS_UI_ENABLED: '1',
        METRICS_ENABLED: '1',
        DIAGNOSTICS_ENABLED: '1',
        DRILLS_ENABLED: '1',
        ...(this.database && { DATABASE_URL: this.database.url }),
        ...(this.#like.poolMax && { DATABASE_POOL_MAX: String(this.#like.poolMax) }),
      },
    });
    await this.#server.says('Ok, Box Box serves');
  }

  /** Starts the server anew, as it would be on a bad evening. */
  async restart(meanwhile: () => void = () => undefined): Promise<void> {
    await this.server.stop();
    meanwhile();
    await this.serve();
  }

  /** Starts a relay, a good one unless it is said otherwise. */
  async startRelay(like: Partial<RelayLike> = {}): Promise<RelayProcess> {
    this.#relays += 1;
    this.#relay = new RelayProcess(join(this.#dir, `relay-${this.#relays}`), {
      token: await this.token('relay'),
      backends: `http://127.0.0.1:${this.line.port}`,
      ...like,
    });
    return this.#relay;
  }

  /** Starts a good relay, and waits for its frames. */
  async feed(): Promise<void> {
    await this.startRelay();
    await this.running();
  }

  /** A dashboard and an overlay come by show, and see the race. */
  async watch(): Promise<void> {
    this.#dashboard = await this.viewer('dashboard', 'team');
    this.#overlay = await until('the overlay is let in', () =>
      this.viewer('overlay', 'overlay', { audience: 'broadcast' }).catch(() => null),
    );
  }

  /** Dashboards, or scripts of a team, that reach the server by the viewers' line, and see the race live. */
  watchFarAway(count: number, are: 'pages' | 'scripts' = 'pages'): Promise<Client[]> {
    const way = { url: `http://127.0.0.1:${this.viewersLine.port}`, isScript: are === 'scripts' };
    return Promise.all(Array.from({ length: count }, () => this.viewer('dashboard', 'team', {}, way)));
  }

  /** Ends all that it has started, and leaves nothing behind. */
  async end(): Promise<void> {
    this.closeClients();
    await this.#relay?.stop('SIGKILL');
    await this.#server?.stop('SIGKILL');
    await this.line.close();
    await this.viewersLine.close();
    await this.database?.drop();
    await this.disk?.unmount();
    // The database of a server that was killed notices that a moment later, and writes until then.
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function there<T>(what: T | null, name: string): T {
  if (what === null) throw new Error(`This system has no ${name}.`);
  return what;
}

async function signed(dataDir: string, role: Role): Promise<string> {
  const tokens = tokensOfSecret(await localSecret(dataDir));
  const shows = role === 'relay' ? { shows: [SHOW] } : {};
  return (await tokens.sign?.({ sub: `drill:${role}`, role, ...shows }, TOKEN_TTL_S))?.token ?? '';
}
