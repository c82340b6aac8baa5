import type { Finding, OpsSession, OpsSnapshot, SessionLoss, UnreadableSession } from '@okboxbox/protocol';
import { defineFailureMode } from '../failure-mode.js';
import { counted, figure, finding, inWords } from '../finding.js';
import { MODE } from './mode.js';

/** Sessions that cannot be read, and those that have lost a part of their timeline. */
export const sessionDamaged = defineFailureMode(MODE, {
  look: (snapshot) => [
    ...(snapshot.unreadable ?? []).map((session) => cannotBeRead(snapshot, session)),
    ...snapshot.sessions.flatMap((session) =>
      session.loss === undefined || session.loss.isAccepted ? [] : [hasLost(snapshot, session, session.loss)],
    ),
  ],
});

function cannotBeRead(snapshot: OpsSnapshot, { sessionId, since, file, code, because }: UnreadableSession): Finding {
  const what = file === '' ? 'its folder' : file;
  return finding(snapshot, MODE, 'unreadable', {
    scope: { sessionId },
    since,
    summary: `A session cannot be read and is not served: ${what}.`,
    because: `${file === '' ? 'Its folder' : `The file ${file}`}: ${because}.`,
    evidence: [figure('session.file', what), figure('session.code', code)],
    nextStep: {
      text: repairOf(code),
      command: `ls -la DATA_DIR/sessions/${sessionId}`,
    },
    ruledOut: [{ cause: 'records_lost', because: 'nothing of it was read, and nothing of it was changed' }],
  });
}

const NO_RIGHT: ReadonlySet<string | null> = new Set(['EACCES', 'EPERM']);
const NO_FILE: ReadonlySet<string | null> = new Set(['EISDIR', 'ENOTDIR', 'ELOOP', 'ENOENT']);

function repairOf(code: string | null): string {
  const then = 'The server reads the session again within 5 s.';
  if (NO_RIGHT.has(code))
    return `Give the files back to the user that runs the server (chown -R, chmod -R u+rwX). ${then}`;
  if (NO_FILE.has(code)) return `Put the file back in its place, or move the folder out of DATA_DIR/sessions. ${then}`;
  if (code === null) return `Restore the folder from a copy, or move it out of DATA_DIR/sessions. ${then}`;
  return 'Repair or replace the disk, restore the folder from a copy, and restart the server.';
}

function hasLost(snapshot: OpsSnapshot, session: OpsSession, loss: SessionLoss): Finding {
  const { sessionId, show, status, isFollowed } = session;
  const { bytes, places, records, from, to, file, because, since } = loss;
  const isOnAir = status === 'live' && isFollowed !== false;
  const howMany = records === null ? 'an unknown number of records' : counted(records, 'record');
  const span = from === null || to === null ? '' : ` of ${inWords(to - from)}`;
  return finding(snapshot, MODE, 'records_lost', {
    scope: { sessionId, show },
    since,
    severity: isOnAir ? 'warning' : 'info',
    summary: `A session has lost ${howMany}${span}: its timeline is damaged in ${counted(places, 'place')}.`,
    because: `${file}: ${because}, ${bytes} bytes in all. Relays have released what was on the disk: without a copy of the file it is lost.`,
    evidence: [
      figure('loss.records', records),
      figure('loss.bytes', bytes),
      figure('loss.places', places),
      figure('loss.spanMs', from === null || to === null ? null : to - from),
      figure('loss.file', file),
    ],
    ruledOut: [{ cause: 'unreadable', because: 'it is served, with what could be read of it' }],
  });
}
