import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { SessionLoss, UnreadableSession } from '@okboxbox/protocol';
import { z } from 'zod';
import { diskReason, readStored } from '../../data-files.js';
import type { Logger } from '../../log.js';
import { replaceFile } from '../../replace-file.js';
import { type DamagedPlace, joined, type Loss, LossCount, newIn } from './timeline-loss.js';

/** What was lost of a session, beside its timeline: the next start does not read as far back as the damage. */
const LOSS_FILE = 'loss.json';

const storedLoss = z.object({
  since: z.number(),
  bytes: z.number(),
  places: z.number(),
  records: z.number().nullable(),
  from: z.number().nullable(),
  to: z.number().nullable(),
  file: z.string(),
  because: z.string(),
  isAccepted: z.boolean(),
  damaged: z.array(z.object({ segment: z.string(), from: z.number(), to: z.number(), bytes: z.number() })).default([]),
});

/** What was lost of a session, and where: what is found there again is not lost again. */
interface KnownLoss {
  readonly loss: SessionLoss;
  readonly damaged: readonly DamagedPlace[];
}

/** What is in a session's folder is not a timeline of that session. */
export class NotItsTimelineError extends Error {
  override readonly name = 'NotItsTimelineError';
}

/** Sessions that cannot be read and are not served, and what was lost of those that are. Nothing of them is deleted. */
export class DamagedSessions {
  readonly #dir: string;
  readonly #now: () => number;
  readonly #log: Logger;
  readonly #unreadable = new Map<string, UnreadableSession & { readonly looked: string | null }>();
  readonly #losses = new Map<string, KnownLoss>();
  #noting: Promise<void> = Promise.resolve();

  /** `dir` holds a folder for each session. */
  constructor(dir: string, now: () => number, log: Logger) {
    this.#dir = dir;
    this.#now = now;
    this.#log = log;
  }

  /** Sessions that cannot be read. */
  get unreadable(): UnreadableSession[] {
    return [...this.#unreadable.values()].map(({ looked: _, ...session }) => session);
  }

  /** What was lost of a session; `null` where nothing was. */
  lossOf(sessionId: string): SessionLoss | null {
    return this.#losses.get(sessionId)?.loss ?? null;
  }

  /** What was lost of sessions, and nobody has accepted. */
  get losses(): { readonly sessionId: string; readonly loss: SessionLoss }[] {
    return [...this.#losses].flatMap(([sessionId, { loss }]) => (loss.isAccepted ? [] : [{ sessionId, loss }]));
  }

  /** Sets a session aside that cannot be read. */
  async setAside(sessionId: string, error: unknown): Promise<void> {
    const dir = join(this.#dir, sessionId);
    const { code = null, path } = error as NodeJS.ErrnoException;
    const because = diskReason(error);
    const before = this.#unreadable.get(sessionId);
    const looked = await signatureOf(dir);
    const file = path === undefined ? '' : relative(dir, path);
    const since = before?.since ?? Math.round(this.#now());
    this.#unreadable.set(sessionId, { sessionId, since, file, code, because, looked });
    if (before?.because === because) return;
    const told = { sessionId, dir, file, because };
    this.#log.error(told, 'a session cannot be read and is left out; its folder stays as it is, and it is tried again');
  }

  /** It can be read, or is not there any more. */
  readAgain(sessionId: string): void {
    if (this.#unreadable.delete(sessionId))
      this.#log.warn({ sessionId }, 'a session that was left out can be read again');
  }

  /** Those of the unreadable ones whose folders have changed since they were tried. */
  async changed(): Promise<string[]> {
    const changed: string[] = [];
    for (const { sessionId, looked } of [...this.#unreadable.values()]) {
      const found = await signatureOf(join(this.#dir, sessionId));
      // It was moved away: nobody misses it any more.
      if (found === null) this.#unreadable.delete(sessionId);
      else if (found !== looked) changed.push(sessionId);
    }
    return changed;
  }

  /** Reads what earlier starts found lost. */
  async recall(sessionId: string): Promise<void> {
    const found = await readStored(join(this.#dir, sessionId, LOSS_FILE), storedLoss);
    if (found.state !== 'read') return;
    const { damaged, ...loss } = found.value;
    this.#losses.set(sessionId, { loss, damaged });
  }

  /** Notes what a reading of a timeline found lost, beside what was lost before. */
  async lost(sessionId: string, found: Loss): Promise<void> {
    const before = this.#losses.get(sessionId);
    const added = newIn(found, before?.damaged ?? []);
    if (added === null) return;
    const { damaged, isCutOff, ...loss } = added;
    this.#log.error({ sessionId, ...loss }, 'records of a session are lost: its timeline is damaged');
    await this.#keep(sessionId, {
      loss: { ...sumOf(before?.loss, loss), since: Math.round(this.#now()), isAccepted: false },
      damaged: joined([...(before?.damaged ?? []), ...(isCutOff ? damaged.slice(0, -1) : damaged)]),
    });
  }

  /** Notes that a session's timeline cannot be used, where nothing says yet that a part of it is lost. */
  async cannotBeUsed(sessionId: string, error: unknown): Promise<void> {
    if (this.#losses.has(sessionId)) return;
    const { path } = error as NodeJS.ErrnoException;
    const count = new LossCount(false);
    count.unreadable(path === undefined ? '' : relative(join(this.#dir, sessionId), path), error);
    if (count.loss !== null) await this.lost(sessionId, count.loss);
  }

  /** Accepts what was lost of a session; false where nothing was. */
  async accept(sessionId: string): Promise<boolean> {
    const known = this.#losses.get(sessionId);
    if (known !== undefined) await this.#keep(sessionId, { ...known, loss: { ...known.loss, isAccepted: true } });
    return known !== undefined;
  }

  /** One after another: the newest is what stays in the file. */
  #keep(sessionId: string, known: KnownLoss): Promise<void> {
    this.#losses.set(sessionId, known);
    const content = JSON.stringify({ ...known.loss, damaged: known.damaged });
    this.#noting = this.#noting
      .then(() => replaceFile(join(this.#dir, sessionId, LOSS_FILE), content))
      .catch((error) => {
        this.#log.warn({ sessionId, because: diskReason(error) }, 'what was lost of a session could not be noted');
      });
    return this.#noting;
  }
}

type Figures = Omit<SessionLoss, 'since' | 'isAccepted'>;

function sumOf(before: SessionLoss | undefined, loss: Figures): Figures {
  if (before === undefined) return loss;
  const records = before.records === null && loss.records === null ? null : (before.records ?? 0) + (loss.records ?? 0);
  // What was accepted is nothing that anybody has to look for.
  const { file, because } = before.isAccepted ? loss : before;
  return {
    bytes: before.bytes + loss.bytes,
    places: before.places + loss.places,
    records,
    from: before.from === null || loss.from === null ? null : Math.min(before.from, loss.from),
    to: before.to === null || loss.to === null ? null : Math.max(before.to, loss.to),
    file,
    because,
  };
}

/** Changes with everything that may make a session readable: rights, owners, sizes, names. `null` where it is not there. */
async function signatureOf(dir: string): Promise<string | null> {
  const look = async (path: string) => {
    const { ctimeMs, size, mode, uid } = await lstat(path);
    return [path, ctimeMs, size, mode, uid].join(' ');
  };
  try {
    const own = await look(dir);
    const names = await readdir(dir).catch(() => []);
    return [own, ...(await Promise.all(names.map((name) => look(join(dir, name)).catch(() => name))))].join('\n');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : '';
  }
}
