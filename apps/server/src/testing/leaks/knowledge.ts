import { COLUMN_INDEX, type FeedState, PROGRESS_STEPS, type Row } from '@okboxbox/protocol';
import type { ShowTruth } from './show-truth.js';
import { LAP_S, REMAINING_S } from './sim.js';

/** The newest thing that something received knows of a show. */
export interface Knowledge {
  readonly at: number;
  /** What it knows it from. */
  readonly from: string;
}

/** Instants from before a restart may be told this much later than they were, in ms: an uptime is not exact. */
const RESTART_MS = 12;
const NOTHING: Knowledge = { at: Number.NEGATIVE_INFINITY, from: 'nothing' };

/** Fields that are instants on the server's clock. */
const INSTANTS: ReadonlySet<string> = new Set([
  'at',
  'startedAt',
  'lastFrameAt',
  'endedAt',
  'airedAt',
  'newestAt',
  'oldestAt',
]);

/** The column of each topic that says when a row was, on the sim's clock. */
const TIMED_COLUMN: Readonly<Record<string, number>> = { laps: 5, gaps: 0, events: 2 };

/**
 * Reads the newest thing that a message or a page knows of a show: marks and session ids anywhere in its text, instants,
 * the sim's clock, how far cars are, and that a session has ended. `aheadMs` is what the server's clock has been ahead of
 * the truth in any of its runs; `own` is what the client itself had said.
 */
export function newestKnown(
  truth: ShowTruth,
  { text, body, aheadMs, own = '' }: { text: string; body: unknown; aheadMs: readonly number[]; own?: string },
): Knowledge {
  let newest: Knowledge = NOTHING;
  const know = (at: number, from: string) => {
    if (at > newest.at) newest = { at, from };
  };
  know(truth.newestMark(text), 'a mark in the text');
  for (const id of truth.sessionIds) {
    if (text.includes(id) && !own.includes(id)) know(truth.beganAt(id), `the session ${id}`);
  }
  walk(body, null);
  return newest;

  function walk(value: unknown, within: string | null): void {
    if (typeof value !== 'object' || value === null) return;
    const fields = value as Readonly<Record<string, unknown>>;
    const named = typeof fields.sessionId === 'string' ? fields.sessionId : sessionOf(fields);
    const sessionId = named ?? within;
    rowsOfTopics(fields, sessionId);
    for (const [name, each] of Object.entries(fields)) {
      if (typeof each === 'number') instant(name, each, sessionId);
      else if (sessionId !== null && truth.has(sessionId)) {
        if (name === 'status' && each === 'ended') know(truth.endedAt(sessionId), 'that the session has ended');
      }
      walk(each, sessionId);
    }
  }

  /** Rows of topics, as messages append them and chunks have them: their columns have no names there. */
  function rowsOfTopics(fields: Readonly<Record<string, unknown>>, sessionId: string | null): void {
    const appended = typeof fields.topic === 'string' ? { [fields.topic]: fields.rows } : (fields.appended ?? {});
    for (const [topic, rows] of Object.entries(appended)) {
      const column = TIMED_COLUMN[topic] ?? 0;
      for (const row of rows as readonly unknown[]) {
        if (Array.isArray(row)) instant('sessionTimeMs', row[column] as number, sessionId);
      }
    }
  }

  function instant(name: string, value: number, sessionId: string | null): void {
    if (sessionId === null || !truth.has(sessionId)) return;
    if (INSTANTS.has(name)) know(value - Math.max(...aheadMs) - RESTART_MS * (aheadMs.length - 1), `"${name}"`);
    if (name === 'crossedAtMs') know(truth.knownAt(sessionId, value), `"${name}"`);
    if (name === 'sessionTimeMs') know(truth.knownAt(sessionId, value), `"${name}"`);
    if (name === 'sessionTime') know(truth.knownAt(sessionId, value * 1000), `"${name}"`);
    if (name === 'remainingMs') know(truth.knownAt(sessionId, REMAINING_S * 1000 - value), `"${name}"`);
    if (name === 'progress') know(progressKnownAt(truth, sessionId, value), `"${name}"`);
  }
}

/** The newest thing that a state knows by how far its cars are. */
export function newestOfRows(truth: ShowTruth, { session, rows }: FeedState): Knowledge {
  if (!truth.has(session.sessionId)) return NOTHING;
  const at = Math.max(
    ...Object.values(rows).map((row: Row) => {
      const steps = row[COLUMN_INDEX.progress] ?? null;
      return steps === null
        ? Number.NEGATIVE_INFINITY
        : progressKnownAt(truth, session.sessionId, steps / PROGRESS_STEPS);
    }),
  );
  return { at, from: 'how far the cars are' };
}

/** No car is ahead of the leader, who does a lap in `LAP_S` seconds of the sim's clock. */
function progressKnownAt(truth: ShowTruth, sessionId: string, progress: number): number {
  return truth.knownAt(sessionId, progress * LAP_S * 1000 - 1);
}

function sessionOf({ session, state }: Readonly<Record<string, unknown>>): string | null {
  for (const part of [session, state]) {
    const id = (part as { sessionId?: unknown } | null | undefined)?.sessionId;
    if (typeof id === 'string') return id;
  }
  return null;
}
