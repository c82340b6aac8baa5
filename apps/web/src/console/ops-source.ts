import type {
  AuditAnswer,
  Finding,
  FindingsAnswer,
  OpsDatabase,
  OpsEventsAnswer,
  OpsEventType,
  OpsHistory,
  OpsRooms,
  OpsSessionsAnswer,
  OpsSocketsAnswer,
  OpsSummary,
  Trace,
  TracesAnswer,
  WhyAnswer,
} from '@okboxbox/protocol';
import { createContext, useContext } from 'react';
import { call } from '../access/call.js';

/** A summary as the console reads it: an older server, or a pack of one, leaves out what it did not know yet. */
export type ShownSummary = Omit<OpsSummary, 'findings' | 'rooms'> & {
  readonly findings?: readonly Finding[];
  readonly rooms?: OpsRooms | null;
};

/** What is asked for of the sockets. */
export interface SocketsAsked {
  readonly role?: string | undefined;
  readonly room?: string | undefined;
  /** Those in any room of a session. */
  readonly sessionId?: string | undefined;
  /** Those that are gone for this reason. */
  readonly code?: string | undefined;
  readonly state?: 'open' | 'closed' | undefined;
  readonly sort?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** What is asked for of the events. */
export interface EventsAsked {
  readonly type?: OpsEventType | undefined;
  readonly sessionId?: string | undefined;
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

/** Nothing more is asked. */
export type Plainly = Readonly<Record<string, never>>;

/** What the console reads: by name, what is asked and what is answered. */
export interface OpsReads {
  readonly summary: { readonly asked: Plainly; readonly answer: ShownSummary };
  readonly sessions: { readonly asked: Plainly; readonly answer: OpsSessionsAnswer };
  readonly sockets: { readonly asked: SocketsAsked; readonly answer: OpsSocketsAnswer };
  readonly events: { readonly asked: EventsAsked; readonly answer: OpsEventsAnswer };
  readonly history: { readonly asked: Plainly; readonly answer: OpsHistory };
  readonly findings: { readonly asked: Plainly; readonly answer: FindingsAnswer };
  readonly why: { readonly asked: { readonly socketId: string }; readonly answer: WhyAnswer };
  readonly database: { readonly asked: Plainly; readonly answer: OpsDatabase };
  readonly audit: {
    readonly asked: { readonly limit?: number | undefined; readonly before?: number | undefined };
    readonly answer: AuditAnswer;
  };
  readonly traces: { readonly asked: Plainly; readonly answer: TracesAnswer };
  readonly trace: {
    readonly asked: { readonly traceId: string; readonly seq?: number | undefined };
    readonly answer: Trace;
  };
}
export type OpsRead = keyof OpsReads;
export type Asked<R extends OpsRead> = OpsReads[R]['asked'];
export type Answer<R extends OpsRead> = OpsReads[R]['answer'];

/**
 * Where the console has its answers from: a running server, or a support pack that was opened. Views read through it
 * and know no address, so that a pack opens in the same panels.
 */
export interface OpsSource {
  /** Tells answers of one source from those of another. */
  readonly id: string;
  /** When what it answers was so, in ms since the epoch; `null` where that is now. */
  readonly at: number | null;
  /**
   * @throws CallFailed with a problem of status 404 where it has no such answer
   */
  read<R extends OpsRead>(what: R, asked: Asked<R>, signal?: AbortSignal): Promise<Answer<R>>;
  /** Makes a call that does something, by its path; `null` where nothing can be done, as in a pack. */
  readonly act: null | (<T>(path: string, body: unknown) => Promise<T>);
}

export const OpsSourceContext = createContext<OpsSource | null>(null);

/** The source of the console that this is drawn in. */
export function useOpsSource(): OpsSource {
  const source = useContext(OpsSourceContext);
  if (source === null) throw new Error('Views of operations stand inside the console.');
  return source;
}

/** Puts another source in its place, such as a pack that was dropped; `null` goes back to that of the page. */
export const OpenSourceContext = createContext<(source: OpsSource | null) => void>(() => undefined);

export function useOpenSource(): (source: OpsSource | null) => void {
  return useContext(OpenSourceContext);
}

/** The source that the page came with: a running server, or the support pack of a file that needs none. */
export const HomeSourceContext = createContext<OpsSource | null>(null);

export function useHomeSource(): OpsSource {
  return useContext(HomeSourceContext) ?? LIVE;
}

/** An answer that takes longer is given up: what is on the screen says its age, and it is asked again. */
const GIVE_UP_MS = 10_000;

/** The running server that this page came from. */
export const LIVE: OpsSource = {
  id: 'live',
  at: null,
  read: <R extends OpsRead>(what: R, asked: Asked<R>, signal?: AbortSignal): Promise<Answer<R>> => {
    const limit = AbortSignal.timeout(GIVE_UP_MS);
    return call<Answer<R>>(addressOf(what, asked), {
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  },
  act: <T>(path: string, body: unknown) => call<T>(path, { method: 'POST', body }),
};

/** The address of what is asked, with the filters that are set. */
export function addressOf<R extends OpsRead>(what: R, asked: Asked<R>): string {
  const { socketId, traceId, ...filters } = asked as Readonly<Record<string, string | number | undefined>>;
  const set = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)] as [string, string]],
  );
  const query = set.length === 0 ? '' : `?${new URLSearchParams(set)}`;
  const path =
    what === 'why'
      ? `sockets/${encodeURIComponent(String(socketId))}/why`
      : what === 'trace'
        ? `trace/${encodeURIComponent(String(traceId))}`
        : what;
  return `/api/ops/${path}${query}`;
}
