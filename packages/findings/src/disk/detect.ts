import type { DiskRefusal, Finding, OpsDisk, OpsSnapshot } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { counted, earlier, figure, finding, inWords, limitOf } from '../finding.js';
import { MODE } from './mode.js';

/** What else is found where nothing can be stored: relays keep what is not acknowledged, and fall behind. */
const BROUGHT_ABOUT = [
  'CLOCK_DRIFT/backlog',
  'CLOCK_DRIFT/inconclusive',
  'RELAY_NOT_CONNECTING/inconclusive',
  'DASHBOARD_STALE',
  'SETTINGS_NOT_STORED',
] as const;

/** A disk that does not store, or soon will not. */
export const disk = defineFailureMode(MODE, {
  look(snapshot) {
    if (snapshot.disk === undefined) return [];
    const { refused } = snapshot.disk;
    return refused === null ? nearlyFull(snapshot, snapshot.disk) : [refuses(snapshot, snapshot.disk, refused)];
  },
  explains: ({ cause }, { disk, database }) => {
    if (cause === 'nearly_full' || disk?.refused?.isWhole !== true) return [];
    // The embedded database is in the same folder.
    return database?.kind === 'embedded' ? [...BROUGHT_ABOUT, 'DB_LATENCY'] : BROUGHT_ABOUT;
  },
});

function refuses(snapshot: OpsSnapshot, { freeBytes, totalBytes }: OpsDisk, refused: DiskRefusal): Finding {
  const { kind, code, because, since, until, sessions, waitingRecords, waitingBytes, isWhole } = refused;
  const what = kind === 'full' ? 'is full' : isWhole ? 'refuses to store' : 'refuses to store a session';
  const lasted = inWords((until ?? snapshot.at) - since);
  return finding(snapshot, MODE, kind, {
    since,
    summary:
      until === null
        ? `The disk of DATA_DIR ${what}, for ${lasted}: ${counted(waitingRecords, 'record')} of ${counted(sessions.length, 'session')} wait in memory.`
        : `The disk of DATA_DIR did not store for ${lasted}, and stores again: nothing waits any more.`,
    because: `The disk did not store: ${because}. ${freeBytes === null ? 'Free space is unknown' : `${inSize(freeBytes)} of ${inSize(totalBytes ?? 0)} are free`}.`,
    evidence: [
      figure('disk.code', code),
      figure('disk.freeBytes', freeBytes),
      figure('disk.totalBytes', totalBytes),
      figure('disk.refusedForMs', (until ?? snapshot.at) - since),
      figure('disk.waitingRecords', waitingRecords),
      figure('disk.waitingBytes', waitingBytes),
      figure('disk.sessions', sessions.length),
    ],
    ruledOut: [
      kind === 'full'
        ? { cause: 'refuses', because: 'the error says that there is no room' }
        : { cause: 'full', because: 'the error is not one of missing space' },
    ],
  });
}

function nearlyFull(snapshot: OpsSnapshot, { freeBytes, totalBytes }: OpsDisk): Finding[] {
  if (freeBytes === null) return [];
  const limit = limitOf(MODE.bounds.freeBytes, earlier(snapshot, MODE.code, {}, 'nearly_full') !== undefined);
  if (freeBytes >= limit) return [];
  return [
    finding(snapshot, MODE, 'nearly_full', {
      summary: `The disk of DATA_DIR has ${inSize(freeBytes)} left of ${inSize(totalBytes ?? 0)}.`,
      because: 'A race of 24 hours takes about 1 GB, and the database as much again.',
      evidence: [
        figure('disk.freeBytes', freeBytes, MODE.bounds.freeBytes.raise),
        figure('disk.totalBytes', totalBytes),
      ],
      ruledOut: [{ cause: 'full', because: 'everything is stored' }],
    }),
  ];
}

/** A size as `df -h` would say it. */
function inSize(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
