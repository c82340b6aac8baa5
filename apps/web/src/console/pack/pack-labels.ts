import type { PackManifest, PackSectionReport, PackStatus, RedactionCounts } from '@okboxbox/protocol';
import { bytes } from '../../format.js';
import type { PackProgress } from './make-pack.js';
import type { HashedParts } from './pack-hashes.js';

/** What became of a part, in words. */
export const PACK_STATUS: Readonly<
  Record<PackStatus, { readonly word: string; readonly state: 'ok' | 'warn' | 'bad' | 'off' }>
> = {
  success: { word: 'included', state: 'ok' },
  failed: { word: 'failed', state: 'bad' },
  skipped: { word: 'not included', state: 'off' },
  timed_out: { word: 'took too long', state: 'warn' },
  withheld: { word: 'withheld', state: 'warn' },
};

/** What a part holds, in words that say what it is for. */
export const PART_LABELS: Readonly<Record<string, string>> = {
  summary: 'server health',
  findings: 'problems and their causes',
  snapshot: 'data for findings',
  sessions: 'sessions, relays, clocks',
  sockets: 'open and closed connections',
  events: 'events',
  parity: 'frames sent against frames acknowledged',
  database: 'pool, statements, slow queries',
  history: 'the last 15 minutes',
  samples: 'figures sampled for the pack',
  trace: 'one trace',
  config: 'configuration, without secrets',
  ids: 'pseudonyms of ids',
};

/** How much was taken out, in all: `12 values by 3 rules`. */
export function redactedLabel(counts: RedactionCounts): string {
  const rules = Object.entries(counts).filter(([, count]) => count > 0);
  const total = rules.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return 'nothing';
  return `${total} ${total === 1 ? 'value' : 'values'} by ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`;
}

/** What was taken out by which rule, the most first. */
export function byRuleLabel(counts: RedactionCounts): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([rule, count]) => `${rule} ${count}`)
    .join(', ');
}

/** How large a pack is, by its parts. */
export function packBytes({ sections }: Pick<PackManifest, 'sections'>): number {
  return sections.reduce((sum, section) => sum + section.bytes, 0);
}

/** What a pack is of: everything, or one session; and whether a trace is in it. */
export function aboutLabel({ sessionId, traceId }: Pick<PackManifest, 'sessionId' | 'traceId'>): string {
  const of = sessionId === null ? 'everything' : `session ${sessionId}`;
  return traceId === null ? of : `${of}, with trace ${traceId}`;
}

/** Whether a pack holds what people typed. */
export function freeTextLabel(freeText: PackManifest['freeText']): string {
  if (freeText === undefined) return 'included, without secrets: this version did not leave it out';
  const { included, leftOut } = freeText;
  if (included + leftOut === 0) return 'none';
  return `${included} ${included === 1 ? 'text' : 'texts'} included, ${leftOut} left out`;
}

/** The name of the file that a pack is saved as with its viewer. */
export function pageNameOf({ createdAt }: Pick<PackManifest, 'createdAt'>): string {
  return `okboxbox-support-pack-${new Date(createdAt).toISOString().replace(/[:.]/g, '-')}.html`;
}

/** Parts that should be in it and are not. */
export function missingParts(sections: readonly PackSectionReport[]): readonly PackSectionReport[] {
  return sections.filter(({ status }) => status === 'failed' || status === 'timed_out' || status === 'withheld');
}

/** What the hashes say of the parts. Only what was hashed is counted; nothing is said of a pack without any part. */
export function hashLabel({ same, changed, added }: HashedParts): readonly {
  readonly state: 'ok' | 'bad';
  readonly words: string;
}[] {
  const lines = [
    ...(changed.length === 0 ? [] : [`Changed or removed since the server created it: ${changed.join(', ')}`]),
    ...(added.length === 0 ? [] : [`Added later, not by the server: ${added.join(', ')}`]),
  ];
  if (lines.length > 0) return lines.map((words) => ({ state: 'bad', words }));
  const words =
    same.length === 1
      ? '1 part is as the server created it: its hash matches'
      : `${same.length} parts are as the server created them: their hashes match`;
  return same.length === 0 ? [] : [{ state: 'ok', words }];
}

/** How far the making is, in words, and from 0 to 1 where that is known. */
export function progressLabel(
  progress: PackProgress,
  tookMs: number,
  sampleSec: number,
): { readonly words: string; readonly share: number | null } {
  if (progress.step === 'making') {
    const left = Math.ceil(sampleSec - tookMs / 1_000);
    if (sampleSec === 0 || left <= 0) return { words: 'The server is creating it …', share: null };
    return { words: `Sampling figures, ${left} s left …`, share: tookMs / 1_000 / sampleSec };
  }
  const { ofBytes } = progress;
  return ofBytes === null
    ? { words: `${bytes(progress.bytes)} received`, share: null }
    : { words: `${bytes(progress.bytes)} of ${bytes(ofBytes)} received`, share: progress.bytes / ofBytes };
}
