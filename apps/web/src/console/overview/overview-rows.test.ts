import { HISTORY_FIGURES, type OpsHistory } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { words } from '../../kit/figures.js';
import type { ShownSummary } from '../ops-source.js';
import { standingOf } from '../status-labels.js';
import { overviewRows, ownCost } from './overview-rows.js';

/** A race night as it should be. */
const SUMMARY: ShownSummary = {
  status: 'ok',
  because: [],
  version: '0.1.0',
  gitSha: null,
  environment: 'test',
  startedAt: 0,
  uptimeMs: 60_000,
  sessions: { active: 1, stale: 0 },
  sockets: { total: 13, byRole: { overlay: 2, public: 10, relay: 1 }, bySurface: {} },
  relays: { connected: 1 },
  ingest: { framesPerSec: 10, bytesPerSec: 4_000, framesTotal: 600, dropped: {} },
  sent: { messagesPerSec: 120, messagesTotal: 7_200, skippedTotal: 0 },
  errors: { last10m: 0, bySubsystem: {} },
  database: {
    kind: 'embedded',
    state: 'ok',
    pool: { max: 4, total: 2, idle: 1, waiting: 0 },
    queryMsP95: 4,
    acquireMsP95: 1,
    heldMsP95: 4,
  },
  eventLoop: { delayMaxMs: 12, utilization: 0.1, gcPauseMaxMs: 3 },
  memory: { rssBytes: 150e6, heapUsedBytes: 50e6, heapLimitBytes: 4e9, externalBytes: 1e6 },
  broadcastDelay: { initialized: true, because: null, sessions: [] },
  ops: {
    ringBytes: 12_000,
    evicted: 0,
    tapFailures: 0,
    historyBytes: 40_000,
    answers: { count: 300, p95Ms: 2, maxMs: 9 },
    cpuShare: 0.004,
  },
  findings: [],
};
const rowOf = (name: string, summary: ShownSummary) =>
  overviewRows(summary, undefined).find((row) => row.name === name) ?? expect.fail(`no row ${name}`);

describe('the figures of the overview', () => {
  it('are calm while all is well', () => {
    expect(overviewRows(SUMMARY, undefined).filter(({ tone }) => tone !== 'plain')).toEqual([]);
  });

  it('count relays apart from viewers, and say who watches', () => {
    const { figure, note } = rowOf('Viewers', SUMMARY);
    expect([words(figure), note]).toEqual(['12', '10 public, 2 overlays']);
  });

  it('stand out where a session runs and nothing comes in, and say so', () => {
    const row = rowOf('Frames in', { ...SUMMARY, ingest: { ...SUMMARY.ingest, framesPerSec: 0 } });
    expect([row.tone, row.note]).toEqual(['bad', 'a session is running, but no frames arrive']);
  });

  it('say what was dropped and why', () => {
    const { tone, note } = rowOf('Frames in', { ...SUMMARY, ingest: { ...SUMMARY.ingest, dropped: { too_old: 3 } } });
    expect([tone, note]).toEqual(['warn', '600 in total, 3 dropped: 3 too_old']);
  });

  it('say that a database is away instead of a time that it once had', () => {
    const row = rowOf('Database', { ...SUMMARY, database: { ...SUMMARY.database, state: 'away' } });
    expect([words(row.figure), row.tone]).toEqual(['unavailable', 'bad']);
  });

  it('stand out where queries wait for a connection', () => {
    const pool = { max: 4, total: 4, idle: 0, waiting: 3 };
    expect(rowOf('Database', { ...SUMMARY, database: { ...SUMMARY.database, pool } }).tone).toBe('warn');
  });

  it('have their last 15 minutes beside them', () => {
    const figures = Object.fromEntries(
      HISTORY_FIGURES.map((figure) => [figure, [1, 2]]),
    ) as unknown as OpsHistory['figures'];
    const rows = overviewRows(SUMMARY, { stepMs: 5_000, at: 0, figures, sessions: [], sessionsLeftOut: 0 });
    expect(rows.every(({ past }) => past?.length === 2)).toBe(true);
  });
});

it('what looking costs stands in a line', () => {
  expect(ownCost(SUMMARY)).toBe(
    "the console uses 0.4 % of the server's time · 300 answers in 5 minutes, 95 % within 2.0 ms · 12.0 KB of events · 40.0 KB of history · no tap failed",
  );
});

describe('the standing', () => {
  it('is a word and a shape', () => {
    expect(standingOf(SUMMARY, null)).toMatchObject({ shape: 'ok', word: 'OK' });
    expect(standingOf({ ...SUMMARY, status: 'degraded' }, null)).toMatchObject({ shape: 'warn', word: 'Degraded' });
    expect(standingOf({ ...SUMMARY, status: 'critical' }, null)).toMatchObject({ shape: 'bad', word: 'Critical' });
  });

  it('says nothing of now by an answer that is old', () => {
    expect(standingOf(SUMMARY, 9_000)).toMatchObject({ shape: 'off', word: 'Unknown' });
    expect(standingOf(undefined, null)).toMatchObject({ shape: 'off' });
  });
});
