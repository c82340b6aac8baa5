import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskRefusal, OpsDisk } from '@okboxbox/protocol';
import type { Clock } from './clock.js';
import { diskReason } from './data-files.js';
import type { Logger } from './log.js';

/** How often the disk is looked at, in ms. */
const LOOK_MS = 2_000;
/** How often a file is written to it for a test, where nothing suggests that it would be refused. */
const TEST_MS = 30_000;
/** Free bytes below which each look tests: a group of records may find no room. */
const SCARCE_BYTES = 16 * 1024 * 1024;
/** How long a failure is still reported after the disk stores again, in ms: relays send what waited meanwhile. */
const TOLD_MS = 10_000;
/** The file that is written for a test: small, and as large as a block, which a full disk has none of. */
const TEST_FILE = 'disk-test';
const TEST_BYTES = Buffer.alloc(4_096, 1);

/** Codes that mean that there is no room. */
const FULL: ReadonlySet<string | null> = new Set(['ENOSPC', 'EDQUOT']);

interface Failure {
  readonly since: number;
  readonly code: string | null;
  readonly because: string;
}

/** A session's timeline, and how it stands with the disk. */
export interface WrittenTimeline {
  readonly id: string;
  readonly health:
    | { readonly state: 'ok' }
    | (Failure & { readonly state: 'failing'; readonly waitingRecords: number; readonly waitingBytes: number });
}

/** What the watch needs of the server. */
export interface DiskWatchDeps {
  /** The data folder. */
  readonly dir: string;
  /** Sessions whose timelines are written to. */
  readonly written: () => Iterable<WrittenTimeline>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Knows whether the disk of the data folder stores what it is given: by what it refuses of timelines, and by a small test
 * file. It logs when that begins and when it is over, once for all sessions.
 */
export class DiskWatch {
  readonly #deps: DiskWatchDeps;
  readonly #timer: NodeJS.Timeout;
  #free: number | null = null;
  #total: number | null = null;
  #hasNoFiles = false;
  #testedAt = Number.NEGATIVE_INFINITY;
  /** Why the test file was refused last; `null` where it was stored. */
  #testFailure: Failure | null = null;
  #refused: DiskRefusal | null = null;
  #looking: Promise<void> | null = null;
  #isClosed = false;

  constructor(deps: DiskWatchDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.refresh(), LOOK_MS);
    this.#timer.unref();
    void this.refresh();
  }

  /** The disk as it is now: what timelines are refused is known at once, the rest as of the newest look. */
  look(): OpsDisk {
    this.#settle();
    return { freeBytes: this.#free, totalBytes: this.#total, refused: this.#refused };
  }

  /** Looks at the disk itself, unless a look is under way: then that one counts. Never fails. */
  refresh(): Promise<void> {
    this.#looking ??= this.#refresh().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #refresh(): Promise<void> {
    const found = await statfs(this.#deps.dir).catch(() => null);
    this.#free = found && found.bavail * found.bsize;
    this.#total = found && found.blocks * found.bsize;
    // Some file systems have no fixed number of files, and say 0 of 0.
    this.#hasNoFiles = found !== null && found.files > 0 && found.ffree === 0;
    if (this.#isClosed) return;
    const isSuspect = this.#refused?.until === null || this.#hasNoFiles || (this.#free ?? 0) < SCARCE_BYTES;
    if (isSuspect || this.#deps.clock.now() - this.#testedAt >= TEST_MS) await this.#test();
    this.#settle();
  }

  async #test(): Promise<void> {
    const { dir, clock } = this.#deps;
    this.#testedAt = clock.now();
    const path = join(dir, TEST_FILE);
    try {
      const file = await open(path, 'w', 0o600);
      try {
        await file.writeFile(TEST_BYTES);
        await file.datasync();
      } finally {
        await file.close();
      }
      this.#testFailure = null;
    } catch (error) {
      const since = this.#testFailure?.since ?? Math.round(clock.now());
      this.#testFailure = { since, code: codeOf(error), because: diskReason(error) };
    } finally {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** Takes together what is known, and logs where it has begun or is over. */
  #settle(): void {
    const now = Math.round(this.#deps.clock.now());
    const refused = this.#refusedNow();
    const before = this.#refused;
    if (refused !== null) {
      if (before === null || before.until !== null) this.#tellBegin(refused);
      const since = before === null ? refused.since : Math.min(before.since, refused.since);
      this.#refused = { ...refused, since };
      return;
    }
    if (before === null) return;
    if (before.until === null) {
      this.#tellEnd(before, now);
      this.#refused = { ...before, until: now, waitingRecords: 0, waitingBytes: 0 };
    } else if (now - before.until >= TOLD_MS) this.#refused = null;
  }

  #refusedNow(): DiskRefusal | null {
    const failures: Failure[] = this.#testFailure === null ? [] : [this.#testFailure];
    const sessions: string[] = [];
    let waitingRecords = 0;
    let waitingBytes = 0;
    for (const { id, health } of this.#deps.written()) {
      if (health.state === 'ok') continue;
      const { since, code, because } = health;
      failures.push({
        since: Math.round(since),
        code,
        because: diskReason({ code: code ?? undefined, message: because }),
      });
      sessions.push(id);
      waitingRecords += health.waitingRecords;
      waitingBytes += health.waitingBytes;
    }
    const told = failures.find(({ code }) => FULL.has(code)) ?? failures[0];
    if (told === undefined) return null;
    return {
      since: Math.min(...failures.map(({ since }) => since)),
      until: null,
      kind: FULL.has(told.code) ? 'full' : 'refuses',
      code: told.code,
      because: told.because,
      isWhole: this.#testFailure !== null || FULL.has(told.code),
      sessions,
      waitingRecords,
      waitingBytes,
    };
  }

  #tellBegin({ code, because, sessions, waitingRecords }: DiskRefusal): void {
    const { dir, log } = this.#deps;
    const facts = { dir, code, because, freeBytes: this.#free, sessions, waitingRecords };
    log.error(facts, 'the disk does not store timelines; records wait in memory, and it is tried again every second');
  }

  #tellEnd({ because, since }: DiskRefusal, now: number): void {
    const { dir, log } = this.#deps;
    const facts = { dir, because, freeBytes: this.#free, tookMs: now - since };
    log.warn(facts, 'the disk stores again; what waited in memory is on it');
  }
}

function codeOf(error: unknown): string | null {
  return (error as NodeJS.ErrnoException).code ?? null;
}
