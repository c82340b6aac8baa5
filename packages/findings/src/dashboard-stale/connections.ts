import type { Finding, FindingStep, GroupBeats, OpsSession, OpsSnapshot, SocketGroup } from '@okboxbox/protocol';
import { counted, figure, finding, inWords } from '../finding.js';
import { countOf, groupsOf } from '../viewers.js';
import { isFew } from './is-few.js';
import { MODE } from './mode.js';

type Trouble = Exclude<keyof GroupBeats, 'count' | 'answering'>;

/** What is said of a trouble: as its cause, of how many, and why, where it is all of them and where it is some. */
interface Told {
  readonly cause: 'dead_connection' | 'slow_connection' | 'page_behind';
  readonly figure: string;
  readonly bound: number;
  summary(who: string, isOne: boolean, worstMs: number): string;
  readonly ofAll: {
    readonly because: string;
    readonly severity: Finding['severity'];
    readonly nextStep: FindingStep;
  } | null;
  ofSome(others: number): string;
}

const VIEW = 'sockets?sort=beatAgeMs';

const TOLD: Readonly<Record<Trouble, Told>> = {
  dead: {
    cause: 'dead_connection',
    figure: 'beats.worstSilentMs',
    bound: MODE.bounds.silentMs.raise,
    summary: (who, isOne, worstMs) =>
      `${who} ${isOne ? 'does' : 'do'} not answer any more: nothing has come for up to ${inWords(worstMs)}.`,
    ofAll: {
      because:
        'No viewer has sent a heartbeat or answered a ping within the last 3 s, and relays still feed: the fault is on the way that all viewers share.',
      severity: 'critical',
      nextStep: {
        text: 'Check the proxy, the firewall and the uplink between this server and its viewers, and repair it. Pages connect again by themselves.',
        view: VIEW,
      },
    },
    ofSome: (others) =>
      `${counted(others, 'other viewer')} ${others === 1 ? 'answers' : 'answer'}: the fault is in the network or the computer of those that do not.`,
  },
  slow: {
    cause: 'slow_connection',
    figure: 'beats.worstRttMs',
    bound: MODE.bounds.rttMs.raise,
    summary: (who, isOne, worstMs) =>
      `${who} ${isOne ? 'has' : 'have'} a slow connection: an answer takes up to ${inWords(worstMs)}.`,
    ofAll: {
      because: 'It is every viewer that sends heartbeats: the fault is on the way that all viewers share.',
      severity: 'warning',
      nextStep: {
        text: 'Check what else uses the uplink of this server, and the proxy in front of it. Stop what fills it.',
        view: 'sockets?sort=rttMs',
      },
    },
    ofSome: (others) =>
      `${counted(others, 'other viewer')} ${others === 1 ? 'has' : 'have'} quick answers: the fault is in the network of those that have not.`,
  },
  behind: {
    cause: 'page_behind',
    figure: 'beats.worstBehindMs',
    bound: MODE.bounds.behindMs.raise,
    summary: (who, isOne, worstMs) =>
      `${who} ${isOne ? 'shows' : 'show'} a picture up to ${inWords(worstMs)} older than what was sent.`,
    ofAll: null,
    ofSome: () => 'Its answers are quick, so its connection works: its page or its computer does not keep up.',
  },
};

/** What heartbeats tell of the viewers of a session: connections that are dead or slow, and pages that do not keep up. */
export function connections(snapshot: OpsSnapshot, session: OpsSession): Finding[] {
  const groups = (['live', 'broadcast'] as const)
    .flatMap((room) => groupsOf(snapshot, session.sessionId, room))
    .filter(({ beats }) => beats !== undefined);
  const all = countOf(groups, ({ beats }) => beats?.count ?? 0);
  const answering = countOf(groups, ({ beats }) => beats?.answering ?? 0);
  return (['dead', 'slow', 'behind'] as const).flatMap((trouble) => {
    const affected = groups.filter(({ beats }) => (beats?.[trouble].count ?? 0) > 0);
    return affected.length === 0 ? [] : [told(snapshot, session, trouble, affected, { all, answering })];
  });
}

function told(
  snapshot: OpsSnapshot,
  session: OpsSession,
  trouble: Trouble,
  affected: readonly SocketGroup[],
  { all, answering }: { readonly all: number; readonly answering: number },
): Finding {
  const of = TOLD[trouble];
  const count = countOf(affected, ({ beats }) => beats?.[trouble].count ?? 0);
  const worstMs = Math.max(...affected.map(({ beats }) => beats?.[trouble].worstMs ?? 0));
  // Where it is everybody, they fall silent one by one within two seconds: those that have not yet do not answer either.
  const others = trouble === 'dead' ? answering : all - count;
  const ofAll = others === 0 && count > 1 ? of.ofAll : null;
  const roles = rolesOf(affected, trouble);
  return finding(snapshot, MODE, of.cause, {
    scope: {
      sessionId: session.sessionId,
      show: session.show,
      socketIds: affected.flatMap(({ beats }) => beats?.[trouble].socketIds ?? []).slice(0, 10),
    },
    severity: ofAll?.severity ?? (isFew(affected, count, all) ? 'info' : 'warning'),
    summary: of.summary(`${count} of ${counted(all, 'viewer')} (${roles})`, count === 1, worstMs),
    because: ofAll?.because ?? (all > 1 || trouble === 'behind' ? of.ofSome(others) : ALONE),
    confidence: all > 1 ? 'high' : 'medium',
    ...(ofAll !== null && { nextStep: ofAll.nextStep }),
    evidence: [
      figure(`beats.${trouble}`, count, 1),
      figure('beats.viewers', all),
      figure('beats.answering', answering),
      figure('beats.roles', roles),
      figure(of.figure, worstMs, of.bound),
      figure('session.framesPerSec', session.framesPerSec),
    ],
    ruledOut: [
      { cause: 'wrong_room', because: 'they are in a room of the session' },
      ...(others > 0 ? [{ cause: 'stage_stopped', because: 'others in its rooms are sent the picture' } as const] : []),
    ],
  });
}

const ALONE = 'It is the only viewer that sends heartbeats: whether others are affected is not known.';

/** How many of which role, such as `2 dashboard, 1 overlay`. */
function rolesOf(affected: readonly SocketGroup[], trouble: Trouble): string {
  const counts = new Map<string, number>();
  for (const { role, beats } of affected) counts.set(role, (counts.get(role) ?? 0) + (beats?.[trouble].count ?? 0));
  return [...counts].map(([role, count]) => `${count} ${role}`).join(', ');
}
