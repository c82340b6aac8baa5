import type { PackSectionReport, PackStatus } from '@okboxbox/protocol';
import { redact } from './allow-list.js';
import type { FreeTexts } from './free-texts.js';
import type { LastScan } from './last-scan.js';
import type { Pace } from './pace.js';
import { FileError, type PackFile, type Stretch } from './pack-file.js';
import type { Pseudonyms } from './pseudonyms.js';
import { Redaction, RedactionError } from './redaction.js';
import type { PackDeps, PackScope, Section, SectionContent } from './section.js';

/** Characters that are gathered before they are written. */
const CHUNK = 32 * 1024;

/** What one part needs beside its own sources. */
export interface Making {
  readonly deps: PackDeps;
  readonly file: PackFile;
  readonly pseudonyms: Pseudonyms;
  readonly freeTexts: FreeTexts;
  readonly pace: Pace;
  /** Begins the last scan of a part. */
  readonly lastScan: () => LastScan;
}

/** A part that was tried, and where in the file it is; `null` where it is not in the pack. */
export interface MadePart {
  readonly report: PackSectionReport;
  readonly stretch: Stretch | null;
}

/** The time for a part was up. */
class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
}
/** A part holds a secret of this server's own. */
class SecretFoundError extends Error {
  override readonly name = 'SecretFoundError';
}

/**
 * Makes one part: collects, makes safe, scans, writes. Whatever goes wrong is that part's alone, and is told in its
 * report. Nothing of a part that has failed stays behind.
 * @throws Error where the file cannot be written, or nobody waits for the pack any more (`signal`).
 */
export async function makePart(
  section: Section,
  scope: Omit<PackScope, 'signal'>,
  making: Making,
  signal: AbortSignal,
): Promise<MadePart> {
  const began = performance.now();
  const redaction = new Redaction(making.pseudonyms, making.freeTexts);
  const time = AbortSignal.timeout(section.timeoutMs(scope));
  const ended = AbortSignal.any([signal, time]);
  const report = (status: PackStatus, because: string | null, stretch: Stretch | null): MadePart => ({
    report: {
      name: section.name,
      status,
      because: because === null ? null : redaction.text(because),
      tookMs: Math.round(performance.now() - began),
      bytes: stretch?.bytes ?? 0,
      sha256: stretch?.sha256 ?? null,
      redacted: redaction.byRule,
      droppedFields: redaction.droppedFields,
    },
    stretch,
  });
  try {
    const collected = await before(ended, () => section.collect(making.deps, { ...scope, signal: ended }));
    if ('skipped' in collected) return report('skipped', collected.skipped, null);
    const stretch = await write(collected, redaction, making, ended);
    making.file.keep(stretch);
    return report('success', null, stretch);
  } catch (error) {
    if (signal.aborted || error instanceof FileError) throw error;
    if (time.aborted) return report('timed_out', `Given up after ${section.timeoutMs(scope)} ms.`, null);
    if (error instanceof SecretFoundError) return report('withheld', error.message, null);
    if (error instanceof RedactionError) {
      return report('withheld', `It could not be made safe: ${error.message}.`, null);
    }
    return report('failed', error instanceof Error ? error.message || error.name : String(error), null);
  }
}

async function write(
  { head, rule, lists = [] }: SectionContent,
  redaction: Redaction,
  { file, lastScan, pace }: Making,
  ended: AbortSignal,
): Promise<Stretch> {
  const part = file.begin();
  const scan = lastScan();
  let text = '';
  const put = async (piece: string): Promise<void> => {
    text += piece;
    if (text.length >= CHUNK) await flush();
    if (!pace.isDue) return;
    await pace.rest();
    if (ended.aborted) throw new TimeUpError('the time is up');
  };
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(text);
    text = '';
    scan.push(bytes);
    if (scan.found) throw new SecretFoundError('A secret of this server was still in it.');
    await part.write(bytes);
  };

  const safe = JSON.stringify(redact(rule, head, redaction));
  await put(safe.slice(0, -1));
  let between = safe === '{}' ? '' : ',';
  for (const list of lists) {
    await put(`${between}${JSON.stringify(list.name)}:[`);
    between = ',';
    let comma = '';
    for (const row of list.rows) {
      await put(comma + JSON.stringify(redact(list.rule, row, redaction)));
      comma = ',';
    }
    await put(']');
  }
  await put('}');
  await flush();
  return part.end();
}

/** What comes of a work, unless the signal comes first; nothing is begun behind it, since nobody would hear how that fails. */
async function before<T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new TimeUpError('the time is up'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
