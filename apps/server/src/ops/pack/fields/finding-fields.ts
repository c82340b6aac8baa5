import {
  type AuditEntry,
  FINDING_CAUSES,
  type Finding,
  type FindingBefore,
  type FindingEvidence,
  type FindingStep,
  type FindingsAnswer,
  type FollowedShow,
  type MainFeed,
  type OpsRelays,
  type RelayAway,
  type RelayRefusal,
  type RelayWaiting,
  type SocketChurn,
  type SocketGroup,
  type UnsavedSetting,
} from '@okboxbox/protocol';
import {
  byName,
  code,
  fields,
  flag,
  listOf,
  number,
  numberOrText,
  type Rule,
  relayId,
  room,
  sessionId,
  showName,
  socketId,
  text,
  user,
  word,
  words,
} from '../allow-list.js';
import type { Redaction } from '../redaction.js';
import { capability, role, simState, source, surface } from './names.js';

const findingCode = word(...Object.keys(FINDING_CAUSES));
const cause = word('inconclusive', ...Object.values(FINDING_CAUSES).flat());

const scope = fields<Finding['scope']>({
  sessionId,
  show: showName,
  relayId,
  detector: findingCode,
  socketIds: listOf(socketId),
});

const VIEW = /^[a-z/-]{1,40}$/;
/** A view of the console with what it is filtered by: its values are words or ids. */
const view: Rule = (value, redaction) => {
  const [path = '', query] = String(value).split('?', 2);
  const safe = VIEW.test(path) ? path : redaction.text(path);
  return query === undefined
    ? safe
    : `${safe}?${query
        .split('&')
        .map((part) => parameter(part, redaction))
        .join('&')}`;
};

function parameter(part: string, redaction: Redaction): string {
  const [name = '', value = ''] = part.split('=', 2);
  const decoded = decodeURIComponent(value);
  const rule = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
  const safe = rule?.(decoded, redaction) ?? redaction.text(decoded);
  return `${redaction.words(name)}=${encodeURIComponent(String(safe))}`;
}

const PARAMETERS: Readonly<Record<string, Rule>> = { sessionId, socketId, relayId, show: showName, room, user };

const finding = fields<Finding>({
  code: findingCode,
  severity: word('info', 'warning', 'critical'),
  kind: word('condition', 'event'),
  since: number,
  scope,
  summary: text,
  evidence: listOf(
    fields<FindingEvidence>({ name: words, value: numberOrText, threshold: numberOrText, events: listOf(number) }),
  ),
  ruledOut: listOf(fields<Finding['ruledOut'][number]>({ cause, because: text })),
  cause,
  because: text,
  confidence: word('low', 'medium', 'high'),
  nextStep: fields<FindingStep>({ text, command: text, view }),
  runbook: words,
  clearsWhen: text,
  isOfStrangers: flag,
});

/** What is found wrong. */
export const findings: Rule = fields<FindingsAnswer>({
  at: number,
  findings: listOf(finding),
  clear: listOf(findingCode),
  cleared: listOf(
    fields<FindingsAnswer['cleared'][number]>({ code: findingCode, cause, since: number, clearedAt: number }),
  ),
  skipped: listOf(fields<FindingsAnswer['skipped'][number]>({ code: findingCode, because: text })),
});

/** What was found before. */
export const before: Rule = listOf(
  fields<FindingBefore>({ code: findingCode, cause, since: number, scope, isOfStrangers: flag }),
);

/** Sockets that share a role, a session and a room. */
export const socketGroup: Rule = fields<SocketGroup>({
  role,
  sessionId,
  room: word('live', 'broadcast', 'none'),
  count: number,
  buffered: number,
  slow: number,
  stale: number,
  socketIds: listOf(socketId),
  worstSocketIds: listOf(socketId),
  worstBufferedPackets: number,
  worstAgeMs: number,
  idle: number,
  left: number,
  refused: byName(code, number),
  isOfStrangers: flag,
});

/** Relays beyond those that feed. */
export const relays: Rule = fields<OpsRelays>({
  everSeen: number,
  newestAt: number,
  away: listOf(fields<RelayAway>({ relayId, sessionId, show: showName, goneAt: number, reason: text, message: text })),
  refused: listOf(
    fields<RelayRefusal>({
      why: word('token', 'version', 'origin'),
      code,
      capability,
      message: text,
      show: showName,
      user,
      joined: flag,
      isOfStranger: flag,
      firstAt: number,
      at: number,
      count: number,
    }),
  ),
  waiting: listOf(
    fields<RelayWaiting>({ socketId, user, show: showName, connectedAt: number, source, simState, capturedHz: number }),
  ),
});

/** What shows follow. */
export const followedShow: Rule = fields<FollowedShow>({
  show: showName,
  mainFeed: fields<MainFeed>({ relayId, isMarked: flag }),
  followedSessionId: sessionId,
  sessions: listOf(
    fields<FollowedShow['sessions'][number]>({
      sessionId,
      relays: listOf(fields<FollowedShow['sessions'][number]['relays'][number]>({ relayId, isConnected: flag })),
    }),
  ),
});

/** Settings that the disk has not taken. */
export const unsaved: Rule = listOf(
  fields<UnsavedSetting>({
    what: word('revoked_tokens', 'paused_relays', 'show'),
    show: showName,
    since: number,
    tries: number,
    code,
    because: text,
  }),
);

/** Connections that came and went. */
export const churn: Rule = fields<SocketChurn>({
  connects: number,
  disconnects: number,
  byCode: byName(code, number),
  ofStrangers: fields<NonNullable<SocketChurn['ofStrangers']>>({ connects: number, disconnects: number }),
});

/** Who did what; of the particulars only what has a meaning here. */
export const auditEntry: Rule = fields<AuditEntry>({
  id: number,
  at: number,
  who: user,
  action: code,
  detail: fields<Record<string, unknown>>({
    sessionId,
    socketId,
    relayId,
    show: showName,
    ...{ role, surface, user },
    because: text,
    paused: flag,
    published: flag,
    dryRun: flag,
    delayMs: number,
    from: numberOrText,
    to: numberOrText,
  }),
});
