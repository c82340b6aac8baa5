import { isNoSuchCall, type OpsHistory } from '@okboxbox/protocol';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useMemo } from 'react';
import { CallFailed } from '../access/call.js';
import { useNow } from '../feed/use-now.js';
import { type Answer, type Asked, type OpsRead, useOpsSource } from './ops-source.js';

/** How often each answer is asked for while somebody looks, in ms. */
const EVERY_MS: Readonly<Record<OpsRead, number>> = {
  summary: 1_000,
  sessions: 1_000,
  sockets: 1_000,
  events: 1_000,
  history: 5_000,
  findings: 1_000,
  why: 1_000,
  database: 1_000,
  audit: 5_000,
  traces: 2_000,
  trace: 1_000,
};

/** Whether somebody has stopped the console from moving, to read. */
export interface Pause {
  readonly paused: boolean;
  readonly toggle: () => void;
}
export const PauseContext = createContext<Pause>({ paused: false, toggle: () => undefined });

export function usePause(): Pause {
  return useContext(PauseContext);
}

/** An answer, how old it is, and why there is no newer one. */
export interface Read<T> {
  readonly data: T | undefined;
  /** When the answer came; 0 where there is none. */
  readonly at: number;
  /** How often it is asked for, in ms. */
  readonly everyMs: number;
  readonly missing: Missing | null;
  /** The answer is of what was asked before: the new one is on its way. */
  readonly isOther: boolean;
}

/**
 * Reads something of operations and keeps it fresh: only while the page is visible and not paused, less often while the
 * server is away, and never again where the call is not there or not allowed. The last answer stays until there is another.
 */
export function useOps<R extends OpsRead>(
  what: R,
  asked: Asked<R>,
  options: { readonly enabled?: boolean; readonly everyMs?: number } = {},
): Read<Answer<R>> {
  const source = useOpsSource();
  const { paused } = usePause();
  const { enabled = true, everyMs = EVERY_MS[what] } = options;
  const query = useQuery({
    queryKey: ['ops', source.id, what, asked],
    queryFn: ({ signal }) => source.read(what, asked, signal),
    enabled,
    retry: false,
    networkMode: 'always',
    placeholderData: keepPreviousData,
    staleTime: source.at === null ? 0 : Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: !paused,
    refetchInterval: ({ state }) => {
      if (source.at !== null || paused) return false;
      if (state.error !== null && isForGood(missingBecause(state.error))) return false;
      return nextPollMs(everyMs, state);
    },
  });
  return {
    data: query.data as Answer<R> | undefined,
    at: query.dataUpdatedAt,
    everyMs,
    missing: query.error === null ? null : missingBecause(query.error),
    isOther: query.isPlaceholderData,
  };
}

/** The instant that is shown: now, or when a pack was made. Renewed every second. */
export function useShownNow(): number {
  const now = useNow(1_000);
  return useOpsSource().at ?? now;
}

/** How old an answer is that should be fresher, in ms; `null` while all is well. */
export function useStaleness(read: Read<unknown>): number | null {
  const { at } = useOpsSource();
  const now = useNow(1_000);
  if (at !== null || read.data === undefined || read.at === 0) return null;
  const ageMs = now - read.at;
  return isStale(read.everyMs, ageMs) ? ageMs : null;
}

/** The last 15 minutes with the instants of their points, in ms since the epoch; of the same length as the figures. */
export function useHistory(): { readonly read: Read<OpsHistory>; readonly times: readonly number[] } {
  const read = useOps('history', {});
  const { data } = read;
  const times = useMemo(() => (data === undefined ? [] : timesOf(data)), [data]);
  return { read, times };
}

/** When each point of a history was taken, oldest first. */
export function timesOf({ at, stepMs, figures }: Pick<OpsHistory, 'at' | 'stepMs' | 'figures'>): readonly number[] {
  const points = Object.values(figures).reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: points }, (_, nth) => at - (points - 1 - nth) * stepMs);
}

/** The longest wait between two tries while the server is away, in ms. */
const LONGEST_MS = 15_000;

/** How often something was answered, and how often not. */
export interface Polled {
  /** When it was answered last, in ms since the epoch; 0 where never. */
  readonly dataUpdatedAt: number;
  readonly errorUpdatedAt: number;
  readonly errorUpdateCount: number;
}

/**
 * How long to wait before something is asked again, in ms: `everyMs` while it is answered; else longer and longer, by
 * how long the last answer is ago.
 */
export function nextPollMs(everyMs: number, polled: Polled): number {
  const { dataUpdatedAt, errorUpdatedAt, errorUpdateCount } = polled;
  if (errorUpdatedAt <= dataUpdatedAt) return everyMs;
  const wait =
    dataUpdatedAt === 0 ? everyMs * 2 ** Math.min(10, errorUpdateCount - 1) : (errorUpdatedAt - dataUpdatedAt) / 2;
  return Math.min(Math.max(everyMs, wait), Math.max(everyMs, LONGEST_MS));
}

/** Whether an answer is older than it would be if all went well. */
export function isStale(everyMs: number, ageMs: number): boolean {
  return ageMs > 3 * everyMs + 1_000;
}

/** Why there is no answer. */
export type Missing =
  | { readonly kind: 'away'; readonly message: string }
  | { readonly kind: 'no_right'; readonly message: string; readonly capability: string | undefined }
  /** The call is not there: operations are switched off, or this server does not have it. */
  | { readonly kind: 'not_there' }
  /** What was asked for is not there, by the server's own words. */
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string };

/** What a failed call means. */
export function missingBecause(error: Error): Missing {
  const problem = error instanceof CallFailed ? error.problem : null;
  const { message } = error;
  if (problem === null) return { kind: 'away', message };
  if (problem.status === 401 || problem.status === 403)
    return { kind: 'no_right', message, capability: problem.capability };
  if (problem.status === 404) return isNoSuchCall(problem) ? { kind: 'not_there' } : { kind: 'unknown', message };
  return problem.status >= 500 ? { kind: 'away', message } : { kind: 'refused', message };
}

/** Whether asking again would be refused again: every refusal is noted at the server as an event. */
export function isForGood({ kind }: Missing): boolean {
  return kind === 'not_there' || kind === 'no_right';
}
