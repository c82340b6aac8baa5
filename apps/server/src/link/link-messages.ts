import type {
  Capability,
  DeskState,
  ErrorCode,
  ExtraDelay,
  FeedPosition,
  FeedState,
  TokenClaims,
  Watcher,
} from '@okboxbox/protocol';
import type { StoredLink } from '../access/share-links.js';
import type { Visitor } from '../access/visitor.js';
import type { ChannelMessage } from '../channel/channel-messages.js';
import type { OutputState } from '../directory/owner.js';
import type { OwnerRefusalCode } from '../directory/owner-refusal.js';
import type { ReplacedRecord } from '../directory/shared-directory.js';
import type { SocketOrder, SocketReport } from './socket-reports.js';

/**
 * What crosses between an owner and the processes that serve its viewers, as JSON over one ordered connection. Instants
 * are in ms. Both sides are of one release and of one machine, and trust each other.
 */

/** Where an owner's server takes such connections. */
export const LINK_PATH = '/edge-link';
/** Headers of a connection: the key that the owner gave the process, and the name that it gave it. */
export const LINK_KEY_HEADER = 'x-okboxbox-link-key';
export const LINK_NAME_HEADER = 'x-okboxbox-link-name';
/** How often an owner tells its clock, in ms; each is answered. */
export const CLOCK_EVERY_MS = 250;
/** How often an edge says how many viewers it has where, in ms. */
export const REPORT_EVERY_MS = 250;

/** From the owner to an edge. Records come before what rests on them. */
export type FromOwner =
  | ChannelMessage
  | ReplacedRecord
  | { readonly kind: 'links'; readonly show: string; readonly links: readonly StoredLink[] }
  | { readonly kind: 'revoked'; readonly jtis: readonly string[] }
  /** All that there is has been sent: the edge may let viewers in. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'clock'; readonly now: number }
  | { readonly kind: 'acted'; readonly show: string }
  /** The sessions of which operations want to know what becomes of each message. */
  | { readonly kind: 'traced'; readonly sessionIds: readonly string[] }
  /** Operations ask for something to be done to a connection; answered with `done`. */
  | { readonly kind: 'order'; readonly id: number; readonly order: SocketOrder }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly refusal: AskRefused };

/** From an edge to the owner. */
export type FromEdge =
  | { readonly kind: 'heard'; readonly now: number }
  | { readonly kind: 'interest'; readonly rooms: Readonly<Record<string, number>> }
  | { readonly kind: 'presence'; readonly presence: EdgePresence }
  | { readonly kind: 'opened'; readonly code: string }
  | { readonly kind: 'sockets'; readonly reports: readonly SocketReport[] }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | ({ readonly kind: 'ask'; readonly id: number } & Asked);

/** Who watches at an edge: by show, and by the code of the link that they came with. */
export interface EdgePresence {
  readonly viewers: number;
  readonly shows: Readonly<Record<string, ShowPresence>>;
  readonly links: Readonly<Record<string, number>>;
}

/** Who watches one show. */
export interface ShowPresence {
  readonly watchers: readonly Watcher[];
  readonly publicViewers: number;
}

/** What an edge asks the owner, by the name of the question. */
export interface Questions {
  readonly openOutput: {
    readonly args: { show: string; sessionId: string; extra: ExtraDelay };
    readonly answer: OutputState;
  };
  /** The answer is the text of `FarState`. */
  readonly lastState: {
    readonly args: { sessionId: string; part: 'whole' | 'public' };
    readonly answer: string | null;
  };
  readonly chunk: {
    readonly args: { room: string; topic: string; epoch: string; nr: number };
    readonly answer: { readonly json: string; readonly isFull: boolean } | null;
  };
  readonly desk: { readonly args: { show: string }; readonly answer: DeskState };
  readonly act: { readonly args: { name: string; visitor: FarVisitor; input: unknown }; readonly answer: object };
}

export type QuestionName = keyof Questions;

type Asked = { readonly [Q in QuestionName]: { readonly what: Q; readonly args: Questions[Q]['args'] } }[QuestionName];

/** A session's last state, and where its epoch is: what a join is answered with. */
export type FarState = FeedPosition & { readonly state: FeedState };

/** Why an owner does not do what it was asked: as a call is refused, as an owner refuses, or because it failed. */
export type AskRefused =
  | {
      readonly by: 'call';
      readonly code: ErrorCode;
      readonly message: string;
      readonly capability?: Capability | undefined;
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly by: 'owner'; readonly code: OwnerRefusalCode; readonly message: string }
  | { readonly by: 'failure'; readonly message: string };

/** A visitor as it crosses: sets are lists. */
export type FarVisitor =
  | Exclude<Visitor, { readonly kind: 'token' }>
  | { readonly kind: 'token'; readonly claims: TokenClaims; readonly capabilities: readonly Capability[] };

/** A visitor as it crosses. */
export function farVisitor(visitor: Visitor): FarVisitor {
  return visitor.kind === 'token' ? { ...visitor, capabilities: [...visitor.capabilities] } : visitor;
}

/** The visitor that has crossed. */
export function visitorFrom(far: FarVisitor): Visitor {
  return far.kind === 'token' ? { ...far, capabilities: new Set(far.capabilities) } : far;
}
