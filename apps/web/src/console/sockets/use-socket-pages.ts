import type { OpsSocket } from '@okboxbox/protocol';
import { useQueries } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type SocketsAsked, useOpsSource } from '../ops-source.js';
import { missingBecause, nextPollMs, type Read, usePause } from '../use-ops.js';
import { type PagedSocket, rowsOfPages } from './socket-rows.js';

/** Rows of a page: about what a screen and a half of a wide page shows. */
const PAGE_ROWS = 200;
const EVERY_MS = 1_000;

/** Sockets as far as they are loaded. */
export interface SocketPages {
  readonly rows: readonly PagedSocket[];
  /** All that fit, loaded or not. */
  readonly count: number;
  readonly isAll: boolean;
}

/**
 * Reads sockets page by page, as far as is wanted, and keeps those pages fresh that somebody looks at.
 * Mount anew for other filters.
 * @param upTo how many rows are wanted
 * @param visible pages that are on the screen
 */
export function useSocketPages(asked: SocketsAsked, upTo: number, visible: ReadonlySet<number>): Read<SocketPages> {
  const source = useOpsSource();
  const { paused } = usePause();
  const [cursors, setCursors] = useState<readonly (string | undefined)[]>([undefined]);
  const pages = useQueries({
    queries: cursors.map((cursor, page) => {
      const query: SocketsAsked = { ...asked, limit: PAGE_ROWS, cursor };
      return {
        queryKey: ['ops', source.id, 'sockets', query],
        queryFn: ({ signal }: { signal: AbortSignal }) => source.read('sockets', query, signal),
        retry: false,
        networkMode: 'always' as const,
        refetchOnWindowFocus: false,
        refetchInterval: ({ state }: { state: Parameters<typeof nextPollMs>[1] }) =>
          source.at === null && !paused && visible.has(page) ? nextPollMs(EVERY_MS, state) : false,
      };
    }),
  });

  const last = pages.at(-1)?.data;
  const next = last?.cursor ?? null;
  const loaded = pages.reduce((sum, { data }) => sum + (data?.sockets.length ?? 0), 0);
  useEffect(() => {
    if (next !== null && loaded < upTo) setCursors((before) => (before.includes(next) ? before : [...before, next]));
  }, [next, loaded, upTo]);

  const answers = pages.map(({ data }) => data?.sockets ?? NONE);
  const rows = useRowsOf(answers);
  const newest = pages.reduce((a, b) => (b.dataUpdatedAt > a.dataUpdatedAt ? b : a));
  const shown = pages.filter((_, page) => visible.has(page));
  const at = Math.min(...(shown.length > 0 ? shown : pages).map(({ dataUpdatedAt }) => dataUpdatedAt || Date.now()));
  const failed = (shown.length > 0 ? shown : pages).find(({ error }) => error !== null)?.error ?? null;
  const isAll = next === null && last !== undefined;
  return {
    data:
      pages[0]?.data === undefined
        ? undefined
        : { rows, count: Math.max(newest.data?.count ?? 0, isAll ? rows.length : 0), isAll },
    at: newest.dataUpdatedAt === 0 ? 0 : at,
    everyMs: EVERY_MS,
    missing: failed === null ? null : missingBecause(failed),
    isOther: false,
  };
}

const NONE: readonly OpsSocket[] = [];

/** The rows of pages, made anew only when a page is another. */
function useRowsOf(pages: readonly (readonly OpsSocket[])[]): readonly PagedSocket[] {
  const kept = useRef<{ readonly pages: readonly (readonly OpsSocket[])[]; readonly rows: readonly PagedSocket[] }>({
    pages: [],
    rows: [],
  });
  const before = kept.current.pages;
  const isSame = pages.length === before.length && pages.every((page, place) => page === before[place]);
  if (!isSame) kept.current = { pages, rows: rowsOfPages(pages) };
  return kept.current.rows;
}
