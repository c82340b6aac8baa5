import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { useNow } from '../shell/use-now.js';
import { type Answer, type Asked, type OpsRead, useOpsSource } from './ops-source.js';
import { isForGood, isStale, type Missing, missingBecause, nextPollMs } from './polling.js';

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
