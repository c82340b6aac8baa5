import type { FollowableSession, MainFeed } from './broadcast.js';
import type { FindingBefore } from './findings.js';
import type { OpsEvent, OpsSession, OpsSummary } from './ops.js';
import type { AuditEntry } from './ops-acts.js';
import type { OpsDatabase, OpsHistory, OpsRooms } from './ops-insight.js';

/** Sockets of a session, or of none, that share a role and how they stand; with a few of their ids. */
export interface SocketGroup {
  readonly role: string;
  readonly sessionId: string | null;
  readonly room: 'live' | 'broadcast' | 'none';
  readonly count: number;
  /** More messages wait for them than a line that keeps up has; skipped within the last half minute; shown nothing new. */
  readonly buffered: number;
  readonly slow: number;
  readonly stale: number;
  readonly socketIds: readonly string[];
  readonly worstSocketIds: readonly string[];
  readonly worstBufferedPackets: number;
  readonly worstAgeMs: number | null;
  /** Joined to nothing for longer than ten seconds; how many of them had joined something before. */
  readonly idle: number;
  readonly left: number;
  /** Of the idle ones, how many were refused their newest join, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** That they have neither a token nor a link: what they do must not change the status of a show. */
  readonly isOfStrangers?: true;
}

/** A relay that fed once since the server's start, and does not now. */
export interface RelayAway {
  readonly relayId: string;
  /** `null` where it never fed a session. */
  readonly sessionId: string | null;
  /** Of one that never fed a session: the show of its token, where that is for one alone. */
  readonly show?: string | null;
  readonly goneAt: number;
  /** As it said goodbye, in a `ByeReason`; else `connection lost`, or what the server has done. */
  readonly reason: string;
  readonly message: string | null;
}

/** A setting that is in force and that the server's disk has not taken: a restart would not know it. */
export interface UnsavedSetting {
  readonly what: 'revoked_tokens' | 'paused_relays' | 'show';
  /** Whose settings they are, where they are a show's. */
  readonly show: string | null;
  readonly since: number;
  /** How often the disk was asked. */
  readonly tries: number;
  /** The file system's code, such as `ENOSPC`, and what it means. */
  readonly code: string | null;
  readonly because: string;
}

/** Relays that were not let in, for the same reason; of each show and user by themselves. */
export interface RelayRefusal {
  /** That no token of this server came with it: anybody can do that. */
  readonly isOfStranger?: true;
  /** What was wrong: the token or its rights, the protocol's version, or where and from where it called. */
  readonly why: 'token' | 'version' | 'origin';
  readonly code: string;
  readonly capability: string | null;
  readonly message: string;
  /** The show that it is for and whose token it has, where the server can tell; a forged token tells nothing. */
  readonly show?: string | null;
  readonly user?: string | null;
  /** A relay has come since that was not here when this one was refused: it may be the same. */
  readonly joined?: boolean;
  readonly firstAt: number;
  readonly at: number;
  readonly count: number;
}

/** A relay that is connected and has nothing to feed yet: its sim does not run. */
export interface RelayWaiting {
  readonly socketId: string;
  readonly user: string | null;
  /** The show of its token, where that is for one alone. */
  readonly show?: string | null;
  readonly connectedAt: number;
  readonly source: string | null;
  readonly simState: string | null;
  readonly capturedHz: number | null;
}

/** What is known of relays beyond those that feed now. */
export interface OpsRelays {
  /** Different relays that have fed since the server's start. */
  readonly everSeen: number;
  /** When one began to feed last. */
  readonly newestAt: number | null;
  readonly away: readonly RelayAway[];
  /** Of the last two minutes. */
  readonly refused: readonly RelayRefusal[];
  readonly waiting: readonly RelayWaiting[];
}

/** Connections that came and went within the last ten seconds. */
export interface SocketChurn {
  readonly connects: number;
  readonly disconnects: number;
  /** Disconnects by the code of their reason. */
  readonly byCode: Readonly<Record<string, number>>;
  /** How many of these had neither a token nor a link. */
  readonly ofStrangers?: { readonly connects: number; readonly disconnects: number };
}

/** What a show follows, and what of it runs. */
export interface FollowedShow {
  readonly show: string;
  readonly mainFeed: MainFeed | null;
  readonly followedSessionId: string | null;
  readonly sessions: readonly Pick<FollowableSession, 'sessionId' | 'relays'>[];
}

/** All that findings are made of, taken at one moment: what a support pack carries, so that they can be made again. */
export interface OpsSnapshot {
  readonly at: number;
  readonly summary: Omit<OpsSummary, 'findings'>;
  readonly sessions: readonly OpsSession[];
  readonly relays: OpsRelays;
  /** Shows that have running sessions; absent in packs of older versions. */
  readonly shows?: readonly FollowedShow[];
  readonly socketGroups: readonly SocketGroup[];
  readonly churn: SocketChurn;
  /** `null` where this server does not look at them. */
  readonly rooms: OpsRooms | null;
  readonly database: OpsDatabase | null;
  readonly history: OpsHistory | null;
  /** Settings that could not be stored, oldest first; absent in what earlier versions made. */
  readonly unsaved?: readonly UnsavedSetting[];
  /** Of the last 15 minutes, newest first, as many of each kind as there is room for. */
  readonly events: readonly OpsEvent[];
  /** The newest acts, where a support pack is made; detectors do without. */
  readonly audit: readonly AuditEntry[];
  /** What was found before: some things are believed sooner than forgotten. */
  readonly before: readonly FindingBefore[];
}
