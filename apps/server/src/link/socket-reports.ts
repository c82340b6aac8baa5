import type { OpsRooms } from '@okboxbox/protocol';
import type { CallRefusal, FarDelivery, Subsystem } from '../taps.js';
import type { FarVisitor } from './link-messages.js';

/** A room that a viewer has joined by its own call, as `edge/gateway` has it. */
export interface JoinedRoom {
  readonly room: string;
  readonly sessionId: string;
  readonly show: string;
  readonly follows: boolean;
  readonly format: 'rows' | 'json';
  readonly extra: number | 'public' | null;
}

/** How a connection at an edge does; sent once a second for those of which something is different. Instants are the owner's. */
export interface SocketFigures {
  readonly id: string;
  /** Messages that were written, and skipped, since the figures before. */
  readonly sent: number;
  readonly skipped: number;
  readonly newestAt: number | null;
  readonly waitingBytes: number;
  readonly waitingPackets: number;
  readonly rttMs: number | null;
  readonly lastSeenAt: number;
  readonly isSkipping: boolean;
  readonly waitsSince: number | null;
  readonly joined: readonly JoinedRoom[];
}

/** What happens to the connections of an edge, in order, for operations. */
export type SocketReport =
  | {
      readonly what: 'connected';
      readonly id: string;
      readonly visitor: FarVisitor;
      readonly clientKind: string | null;
      readonly surface: string | null;
      readonly address: string;
    }
  | { readonly what: 'join' | 'leave'; readonly id: string; readonly room: string }
  | {
      readonly what: 'gone';
      readonly id: string;
      /** The rooms that it was in. */
      readonly rooms: readonly string[];
      readonly reason: string;
      /** The code with which the edge closed it; `null` where it did not. */
      readonly closedBecause: string | null;
    }
  | {
      readonly what: 'beat';
      readonly id: string;
      readonly shownAt: number | null;
      readonly rttMs: number | null;
      readonly isHidden: boolean;
    }
  | { readonly what: 'pong'; readonly id: string; readonly rttMs: number }
  | { readonly what: 'skip'; readonly id: string; readonly waitingBytes: number; readonly isClosed: boolean }
  | { readonly what: 'figures'; readonly figures: SocketFigures }
  /** Messages of a session: to how many sockets they were to go, and what became of them, since the report before. */
  | {
      readonly what: 'session';
      readonly sessionId: string;
      readonly fanOut: number;
      readonly written: number;
      readonly skipped: number;
    }
  /** What a sweep of the rooms there has found. */
  | { readonly what: 'rooms'; readonly found: OpsRooms }
  | { readonly what: 'delivery'; readonly delivery: FarDelivery }
  | { readonly what: 'refusal'; readonly refusal: CallRefusal }
  | { readonly what: 'limited'; readonly limit: string; readonly id: string | null }
  | { readonly what: 'failure'; readonly from: Subsystem; readonly where: string; readonly message: string };

/** What operations have done to a connection at an edge. */
export type SocketOrder =
  /** Sweeps the rooms, and answers with what it has found. */
  | { readonly what: 'sweep' }
  | { readonly what: 'disconnect'; readonly socketId: string }
  | {
      readonly what: 'move';
      readonly socketId: string;
      readonly sessionId: string | null;
      readonly isAsked: boolean;
    };
