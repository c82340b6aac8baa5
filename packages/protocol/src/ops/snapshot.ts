import { z } from 'zod';
import { type AuditEntry, auditEntry } from './actions.js';
import { type OpsEvent, opsEvent, opsSession, opsSummaryFigures } from './answers.js';
import { unreadableSession } from './damage.js';
import { opsDisk } from './disk.js';
import { type Declared, field } from './fields.js';
import { findingBefore } from './findings.js';
import { opsDatabase, opsHistory, opsRooms } from './insight.js';

/** Connections of one kind among those that send beats: how many, a few ids, the worst first, and the worst figure in ms. */
const beatTrouble = z.object({ count: field.number, socketIds: z.array(field.socketId), worstMs: field.number });

/** Declares `GroupBeats`. */
const groupBeats = z.object({
  /** How many send them, or answer pings. */
  count: field.number,
  /** Of how many one came within the last 3 s. */
  answering: field.number,
  /** Nothing comes from them any more; their answers take long; they show older pictures than they were sent. */
  dead: beatTrouble,
  slow: beatTrouble,
  behind: beatTrouble,
});
/** What their beats tell of a group's connections. */
export type GroupBeats = Declared<typeof groupBeats>;

/** Declares `SocketGroup`. */
export const socketGroup = z.object({
  role: field.role,
  sessionId: field.sessionId.nullable(),
  room: field.word('live', 'broadcast', 'none'),
  count: field.number,
  /** More messages wait for them than a line that keeps up has; skipped within the last half minute; shown nothing new. */
  buffered: field.number,
  slow: field.number,
  stale: field.number,
  socketIds: z.array(field.socketId),
  worstSocketIds: z.array(field.socketId),
  worstBufferedPackets: field.number,
  worstAgeMs: field.number.nullable(),
  /** Joined to nothing for longer than ten seconds; how many of them had joined something before. */
  idle: field.number,
  left: field.number,
  /** Of the idle ones, how many were refused their newest join, by code. */
  refused: z.record(field.code, field.number),
  /** Of the idle ones, how many have a right to see a show that is not published; absent in packs of older versions. */
  idleWithRight: field.number.exactOptional(),
  /** Of the buffered ones: the most bytes that wait for one of them, in the transport as well; absent in older packs. */
  worstWaitingBytes: field.number.exactOptional(),
  /** Absent where none of them sends beats or answers pings. */
  beats: groupBeats.exactOptional(),
  /** That they have neither a token nor a link: what they do must not change the status of a show. */
  isOfStrangers: field.yes.exactOptional(),
  /** That what they get of the broadcast is the public picture; absent for the graphics, and in packs of older versions. */
  isOfPublicPicture: field.yes.exactOptional(),
});
/** Sockets of a session, or of none, that share a role and how they stand; with a few of their ids. */
export type SocketGroup = Declared<typeof socketGroup>;

const relayAway = z.object({
  relayId: field.relayId,
  /** `null` where it never fed a session. */
  sessionId: field.sessionId.nullable(),
  /** Of one that never fed a session: the show of its token, where that is for one alone. */
  show: field.show.nullable().exactOptional(),
  goneAt: field.instant,
  /** As it said goodbye, in a `ByeReason`; else `connection lost`, or what the server has done. */
  reason: field.text,
  message: field.freeText('last message of a relay').nullable(),
});
/** A relay that fed once since the server's start, and does not now. */
export type RelayAway = Declared<typeof relayAway>;

/** Declares `UnsavedSetting`. */
export const unsavedSetting = z.object({
  what: field.word('revoked_tokens', 'paused_relays', 'show'),
  /** Whose settings they are, where they are a show's. */
  show: field.show.nullable(),
  since: field.instant,
  /** How often the disk was asked. */
  tries: field.number,
  /** The file system's code, such as `ENOSPC`, and what it means. */
  code: field.code.nullable(),
  because: field.text,
});
/** A setting that is in force and that the server's disk has not taken: a restart would not know it. */
export type UnsavedSetting = Declared<typeof unsavedSetting>;

const relayRefusal = z.object({
  /** That no token of this server came with it: anybody can do that. */
  isOfStranger: field.yes.exactOptional(),
  /** What was wrong: the token or its rights, the protocol's version, or where and from where it called. */
  why: field.word('token', 'version', 'origin'),
  code: field.code,
  capability: field.capability.nullable(),
  message: field.text,
  /** The show that it is for and whose token it has, where the server can tell; a forged token tells nothing. */
  show: field.show.nullable().exactOptional(),
  user: field.user.nullable().exactOptional(),
  /** A relay has come since that was not here when this one was refused: it may be the same. */
  joined: field.flag.exactOptional(),
  /** A relay with the same token's name feeds another show since: what is refused is only what it keeps of before. */
  feedsAnother: field.yes.exactOptional(),
  firstAt: field.instant,
  at: field.instant,
  count: field.number,
});
/** Relays that were not let in, for the same reason; of each show and user by themselves. */
export type RelayRefusal = Declared<typeof relayRefusal>;

const relayWaiting = z.object({
  socketId: field.socketId,
  user: field.user.nullable(),
  /** The show of its token, where that is for one alone. */
  show: field.show.nullable().exactOptional(),
  connectedAt: field.instant,
  source: field.source.nullable(),
  simState: field.simState.nullable(),
  capturedHz: field.number.nullable(),
});
/** A relay that is connected and has nothing to feed yet: its sim does not run. */
export type RelayWaiting = Declared<typeof relayWaiting>;

/** Declares `OpsRelays`. */
export const opsRelays = z.object({
  /** Different relays that have fed since the server's start. */
  everSeen: field.number,
  /** When one began to feed last. */
  newestAt: field.instant.nullable(),
  away: z.array(relayAway),
  /** Of the last two minutes. */
  refused: z.array(relayRefusal),
  waiting: z.array(relayWaiting),
});
/** What is known of relays beyond those that feed now. */
export type OpsRelays = Declared<typeof opsRelays>;

const busyClient = z.object({
  role: field.role,
  surface: field.surface.nullable(),
  user: field.user.nullable(),
  isOfStrangers: field.yes.exactOptional(),
  connects: field.number,
  disconnects: field.number,
  joins: field.number,
  leaves: field.number,
  /** A few of its sockets, the newest first. */
  socketIds: z.array(field.socketId),
});
/** What all connections of one role, surface and user did within the last ten seconds. */
export type BusyClient = Declared<typeof busyClient>;

/** Declares `SocketChurn`. */
export const socketChurn = z.object({
  connects: field.number,
  disconnects: field.number,
  /** Rooms that were entered and left; absent in packs of older versions, as are the busiest clients. */
  joins: field.number.exactOptional(),
  leaves: field.number.exactOptional(),
  /** Disconnects by the code of their reason. */
  byCode: z.record(field.code, field.number),
  /** How many of these had neither a token nor a link. */
  ofStrangers: z
    .object({
      connects: field.number,
      disconnects: field.number,
      joins: field.number.exactOptional(),
      leaves: field.number.exactOptional(),
    })
    .exactOptional(),
  /** The clients that did most of it, the busiest first. */
  busiest: z.array(busyClient).exactOptional(),
});
/** Connections that came and went, and rooms that were joined and left, within the last ten seconds. */
export type SocketChurn = Declared<typeof socketChurn>;

/** Declares `FollowedShow`. */
export const followedShow = z.object({
  show: field.show,
  mainFeed: z.object({ relayId: field.relayId, isMarked: field.flag }).nullable(),
  followedSessionId: field.sessionId.nullable(),
  sessions: z.array(
    z.object({
      sessionId: field.sessionId,
      relays: z.array(z.object({ relayId: field.relayId, isConnected: field.flag })),
    }),
  ),
});
/** What a show follows, and what of it runs. */
export type FollowedShow = Declared<typeof followedShow>;

/** Declares `OpsSnapshot`. */
export const opsSnapshot = z.object({
  at: field.instant,
  summary: opsSummaryFigures,
  sessions: z.array(opsSession),
  relays: opsRelays,
  /** Shows that have running sessions; absent in packs of older versions. */
  shows: z.array(followedShow).exactOptional(),
  socketGroups: z.array(socketGroup),
  churn: socketChurn,
  /** `null` where this server does not look at them. */
  rooms: opsRooms.nullable(),
  database: opsDatabase.nullable(),
  history: opsHistory.nullable(),
  /** Settings that could not be stored, oldest first; absent in what earlier versions made. */
  unsaved: z.array(unsavedSetting).exactOptional(),
  /** The disk of `DATA_DIR`; absent in what earlier versions made. */
  disk: opsDisk.exactOptional(),
  /** Sessions that cannot be read and are not served; absent in what earlier versions made. */
  unreadable: z.array(unreadableSession).exactOptional(),
  /** Of the last 15 minutes, newest first, as many of each kind as there is room for. */
  events: z.array(opsEvent),
  /** The newest acts, where a support pack is made; detectors do without. */
  audit: z.array(auditEntry),
  /** What was found before: some things are believed sooner than forgotten. */
  before: z.array(findingBefore),
});
/** All that findings are made of, taken at one moment: what a support pack carries, so that they can be made again. */
export interface OpsSnapshot extends Omit<Declared<typeof opsSnapshot>, 'events' | 'audit'> {
  readonly events: readonly OpsEvent[];
  readonly audit: readonly AuditEntry[];
}
