import type { Finding, FindingStep, OpsSession, OpsSnapshot } from '@okboxbox/protocol';
import { counted, eventIds, figure, finding } from '../finding.js';
import { idleViewers, idsOf, MANY_IDLE } from '../viewers.js';
import { isFew } from './is-few.js';
import { MODE } from './mode.js';

const RULED_OUT = [
  { cause: 'stage_stopped', because: 'frames come and no stage has stopped' },
  { cause: 'slow_client', because: 'nothing is sent to clients in no room' },
] as const;

/** What repairs a join that was refused, by the code of the refusal. */
const AFTER_REFUSAL: Readonly<Record<string, string>> = {
  forbidden: 'give it a token with the capability that is named',
  unauthenticated: 'sign in there, or open it by a link of the desk',
  not_found:
    'correct its address: it names a show or session that does not exist, or that its token or link does not open',
  not_available: 'wait: nothing of the session is on air yet, and it joins by itself then',
};

/** Viewers that have joined nothing, while sessions are fed. */
export function notJoined(snapshot: OpsSnapshot, fed: readonly OpsSession[]): Finding[] {
  const { idle: groups, idleCount, leftCount, waitingCount, unpublishedCount } = idleViewers(snapshot);
  const [session] = fed;
  // Turned away since nothing is published is the delay's finding; very many that never asked are those that never leave.
  const count = idleCount - unpublishedCount;
  if (session === undefined || count < MODE.bounds.idle.raise || idleCount - waitingCount >= MANY_IDLE) return [];
  const viewers = fed.reduce((sum, { viewers: { live, broadcast } }) => sum + live + broadcast, 0);
  const refused = groups.reduce<Record<string, number>>((sums, group) => {
    for (const [code, times] of Object.entries(group.refused)) sums[code] = (sums[code] ?? 0) + times;
    return sums;
  }, {});
  const codes = Object.entries(refused).map(([code, times]) => `${code} × ${times}`);
  const events = eventIds(snapshot, ['auth_fail'], ({ where }) => where === 'session:join');
  const evidence = [
    figure('sockets.withoutRoom', idleCount, MODE.bounds.idle.raise),
    figure('sockets.left', leftCount),
    figure('sockets.refused', codes.join(', ') || null, null, events),
    figure('session.viewers', viewers),
    figure('session.framesPerSec', session.framesPerSec),
  ];
  const scope = { sessionId: session.sessionId, show: session.show, socketIds: idsOf(groups) };
  if (leftCount > 0 && leftCount >= count / 2) {
    const gone = groups.filter(({ left }) => left > 0);
    return [
      finding(snapshot, MODE, 'unsubscribed', {
        scope,
        evidence,
        severity: isFew(gone, leftCount, viewers + idleCount) ? 'info' : 'warning',
        summary: `${counted(leftCount, 'client')} ${leftCount === 1 ? 'has' : 'have'} left the session and ${leftCount === 1 ? 'stays' : 'stay'} connected.`,
        because: 'They were in a room of a session and have been in none for over 10 s.',
        ruledOut: [{ cause: 'nobody_joined', because: 'they had joined before' }, ...RULED_OUT],
      }),
    ];
  }
  const notBefore = { cause: 'unsubscribed', because: `${leftCount} of them had joined anything before` } as const;
  // One that never asked waits for nothing: its page or its script is at fault. One that was refused says itself why.
  const neverAsked = groups.filter(({ idle, left, refused: by }) => idle > left + sumOf(by));
  const neverCount = neverAsked.reduce((sum, { idle, left, refused: by }) => sum + idle - left - sumOf(by), 0);
  const isAlone = viewers === 0;
  return [
    ...(isAlone || codes.length > 0
      ? [
          finding(snapshot, MODE, 'nobody_joined', {
            scope,
            evidence,
            // Where others see the session, it is those few and what they may see.
            severity: isAlone ? 'warning' : 'info',
            summary: isAlone
              ? `${counted(count, 'client')} ${count === 1 ? 'is' : 'are'} connected and none has joined the live session.`
              : `${counted(count - neverCount, 'client')} ${count - neverCount === 1 ? 'is' : 'are'} connected and could not join.`,
            because:
              codes.length > 0
                ? `Their joins were refused: ${codes.join(', ')}.`
                : 'They have been connected for over 10 s and have not asked to join.',
            ...(codes.length > 0 && { nextStep: stepAfter(Object.keys(refused)) }),
            ruledOut: [notBefore, ...RULED_OUT],
          }),
        ]
      : []),
    ...(!isAlone && neverCount > 0
      ? [
          finding(snapshot, MODE, 'some_never_joined', {
            scope: { ...scope, socketIds: idsOf(neverAsked) },
            evidence,
            severity: isFew(neverAsked, neverCount, viewers + idleCount) ? 'info' : 'warning',
            summary: `${counted(neverCount, 'client')} (${rolesOf(neverAsked)}) ${neverCount === 1 ? 'is' : 'are'} connected and ${neverCount === 1 ? 'has' : 'have'} not asked to join, while ${viewers} others watch.`,
            because: 'They have been connected for over 10 s, sent no session:join, and were refused nothing.',
            ruledOut: [notBefore, ...RULED_OUT],
          }),
        ]
      : []),
  ];
}

/** What to do about joins that were refused with these codes. */
function stepAfter(codes: readonly string[]): FindingStep {
  const known = codes.flatMap((code) =>
    AFTER_REFUSAL[code] === undefined ? [] : [`If it says ${code}: ${AFTER_REFUSAL[code]}.`],
  );
  return {
    text: ['Open a named socket: its refusal is among its events.', ...known].join(' '),
    view: 'sockets?role=dashboard',
  };
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function rolesOf(groups: OpsSnapshot['socketGroups']): string {
  return [...new Set(groups.map(({ role }) => role))].join(', ');
}
