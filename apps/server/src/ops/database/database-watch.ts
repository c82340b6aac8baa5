import type { DatabaseLock, DatabaseProbe, OpsDatabase } from '@okboxbox/protocol';
import type { RunningStatement } from '../../store/database.js';
import type { Probe, Probed, WaitsForLock } from '../../store/database-probe.js';
import { withoutSecrets } from '../events/free-text.js';
import { statementName, type WaitedFor } from './database-figures.js';
import type { FailingStatements } from './failing-statements.js';

/** How often it is looked whether the database needs a probe, in ms. */
const LOOK_MS = 250;
/** A statement that has not ended for so long gives reason for one, in ms. */
const LONG_MS = 700;
/** Between two probes, from the end of one to the beginning of the next, in ms. */
const APART_MS = 2_000;
/** What the newest probe has found is told for so long, in ms. */
const PROBE_KEPT_MS = 15_000;
const LOCKS_KEPT_MS = 60_000;
const MOST_LOCKS = 20;
/** What a probe finds that makes statements wait for their answers. */
const ANSWERS: readonly DatabaseProbe['found'][] = ['answers', 'busy'];

/** What the watch looks at. */
export interface WatchedDatabase {
  running(): readonly RunningStatement[];
  readonly failing: Pick<FailingStatements, 'read'>;
  readonly probe: Probe;
  now(): number;
  onFailed(error: unknown): void;
}

/**
 * Looks what of the database still responds while statements fail or do not end: one probe at a time, on a connection of its
 * own, bounded in time. While all goes well it opens none.
 */
export class DatabaseWatch {
  readonly #database: WatchedDatabase;
  readonly #timer: NodeJS.Timeout;
  #probing: Promise<void> | null = null;
  #probe: DatabaseProbe | null = null;
  #probedAt = Number.NEGATIVE_INFINITY;
  #locks: DatabaseLock[] = [];

  constructor(database: WatchedDatabase) {
    this.#database = database;
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Begins a probe where there is reason for one and it is time; resolves when none is under way. */
  async look(): Promise<void> {
    const { running, failing, now } = this.#database;
    const isTime = this.#probing === null && now() - this.#probedAt >= APART_MS;
    if (isTime && (running().some(({ ageMs }) => ageMs >= LONG_MS) || failing.read(now()).length > 0)) {
      this.#probing = this.#ask()
        .catch((error: unknown) => this.#database.onFailed(error))
        .finally(() => {
          this.#probedAt = now();
          this.#probing = null;
        });
    }
    await this.#probing;
  }

  /** What is known of statements that do not end, or fail, and why. */
  read(): Required<Pick<OpsDatabase, 'running' | 'failing' | 'probe' | 'locks'>> {
    const now = this.#database.now();
    const isFresh = this.#probe !== null && now - this.#probe.at <= PROBE_KEPT_MS;
    return {
      running: this.#database.running().map(({ callSite, sql, ageMs, pid }) => ({
        ...{ callSite, pid, statement: nameOf(sql) },
        ageMs: Math.round(ageMs),
      })),
      failing: this.#database.failing.read(now),
      probe: isFresh ? this.#probe : null,
      locks: this.#locks.filter(({ at }) => now - at <= LOCKS_KEPT_MS),
    };
  }

  /** What a statement of so long, that has ended now, was seen waiting for. */
  waitedFor(statement: string, callSite: string, tookMs: number): WaitedFor | null {
    const from = this.#database.now() - tookMs;
    const isOurs = (lock: DatabaseLock) =>
      lock.at >= from && lock.statement === statement && (lock.callSite === null || lock.callSite === callSite);
    if (this.#locks.some(isOurs)) return 'lock';
    if (this.#probe === null || this.#probe.at < from) return null;
    const { found, line } = this.#probe;
    // What is half as late when nothing is asked for waits for the line.
    const isLine = line != null && line.answerMs >= tookMs / 2;
    return isLine || !ANSWERS.includes(found) ? 'answer' : null;
  }

  async #ask(): Promise<void> {
    const { running, probe, now } = this.#database;
    const begunAt = now();
    const probed = await probe(running().flatMap(({ pid }) => pid ?? []));
    if (probed === null) return;
    const { found, code, because, processId, line = null } = probed;
    const at = Math.round(now());
    const tookMs = Math.round(at - begunAt);
    this.#probe = { found, code, processId, at, because: withoutSecrets(because), tookMs, line };
    this.#noteLocks(probed, at);
  }

  #noteLocks({ locks }: Probed, at: number): void {
    if (locks.length === 0) return;
    const seen = locks.flatMap((lock) => this.#lockOf(lock, at) ?? []);
    const before = this.#locks.filter((each) => !seen.some((lock) => isSameWait(lock, each)));
    this.#locks = [...seen, ...before].filter((lock) => at - lock.at <= LOCKS_KEPT_MS).slice(0, MOST_LOCKS);
  }

  #lockOf(lock: WaitsForLock, at: number): DatabaseLock | null {
    const running = this.#database.running();
    // Where the database has no process for each client, it is the one that waits longest.
    const ours =
      lock.pid === null ? running.find(({ sql }) => sql !== 'connect') : running.find(({ pid }) => pid === lock.pid);
    const sql = ours?.sql ?? lock.sql;
    if (sql === '') return null;
    const { pid, application, state, ageMs } = lock.holder;
    const waitedMs = Math.round(Math.max(lock.waitedMs, ours?.ageMs ?? 0));
    const known = { statement: nameOf(sql), callSite: ours?.callSite ?? null, waitedMs, at };
    const holder = { pid, state, ageMs, application: application && withoutSecrets(application) };
    const firstAt = this.#locks.find((each) => isSameWait({ ...known, holder, firstAt: at }, each))?.firstAt ?? at;
    return { ...known, firstAt, holder };
  }
}

function isSameWait(one: DatabaseLock, other: DatabaseLock): boolean {
  return one.statement === other.statement && one.callSite === other.callSite && one.holder.pid === other.holder.pid;
}

function nameOf(sql: string): string {
  return sql === 'connect' ? sql : statementName(sql);
}
