import type { HistoryFigure, OpsHistory } from '@okboxbox/protocol';
import { counted, duration, type Figure, perSecond, share, size, whole, words } from '../../kit/figures.js';
import type { ShownSummary } from '../ops-source.js';

/** A figure of the overview, with what there is to say about it and its last 15 minutes. */
export interface OverviewRow {
  readonly name: string;
  readonly figure: Figure;
  readonly note: string;
  /** Needs a look; never by colour alone: the note says why. */
  readonly tone: 'plain' | 'warn' | 'bad';
  readonly past: readonly (number | null)[] | undefined;
  readonly write: (value: number) => Figure;
  /** The view that has more of it. */
  readonly view: string;
}

/** A hold-up of the event loop that viewers begin to notice, and a slow answer of the database, in ms. */
const LOOP_MS = 500;
const QUERY_MS = 500;

const count = (value: number): Figure => ({ number: whole(value), unit: '' });

/** The figures of show health, in the order of a frame's path. */
export function overviewRows(summary: ShownSummary, history: OpsHistory | undefined): readonly OverviewRow[] {
  const { ingest, sent, sockets, relays, errors, eventLoop, memory, database, sessions } = summary;
  const past = (figure: HistoryFigure) => history?.figures[figure];
  const lost = Object.values(ingest.dropped).reduce((sum, dropped) => sum + dropped, 0);
  const starves = sessions.active > 0 && ingest.framesPerSec === 0;
  const { relay: relaySockets = 0, ...viewers } = sockets.byRole;
  const { pool, state, queryMsP95 } = database;
  const waits = pool.waiting > 0 && pool.idle === 0;
  return [
    {
      name: 'Frames in',
      figure: perSecond(ingest.framesPerSec),
      note: starves
        ? 'a session is running, but no frames arrive'
        : `${whole(ingest.framesTotal)} in total${lost > 0 ? `, ${whole(lost)} dropped: ${listed(ingest.dropped)}` : ', none dropped'}`,
      tone: starves ? 'bad' : lost > 0 ? 'warn' : 'plain',
      past: past('framesPerSec'),
      write: perSecond,
      view: 'sessions',
    },
    {
      name: 'Messages out',
      figure: perSecond(sent.messagesPerSec),
      note: `${whole(sent.messagesTotal)} in total, ${whole(sent.skippedTotal)} skipped for slow viewers`,
      tone: 'plain',
      past: past('sentPerSec'),
      write: perSecond,
      view: 'sockets',
    },
    {
      name: 'Viewers',
      figure: count(sockets.total - relaySockets),
      note: listed(viewers, viewersLabel) || 'no viewers',
      tone: 'plain',
      past: past('viewers'),
      write: count,
      view: 'sockets',
    },
    {
      name: 'Relays',
      figure: count(relays.connected),
      note: relaysLabel(summary),
      tone: relays.connected === 0 && sessions.active > 0 ? 'bad' : 'plain',
      past: past('relays'),
      write: count,
      view: 'sessions',
    },
    {
      name: 'Errors',
      figure: { number: whole(errors.last10m), unit: 'in 10 min' },
      note: listed(errors.bySubsystem) || 'none',
      tone: errors.last10m > 0 ? 'warn' : 'plain',
      past: past('errors'),
      write: count,
      view: 'events',
    },
    {
      name: 'Event loop',
      figure: duration(eventLoop.delayMaxMs),
      note: `longest delay in the last minute${eventLoop.delayMaxMs >= LOOP_MS ? ': viewers notice it' : ''}; ${words(share(eventLoop.utilization))} busy`,
      tone: eventLoop.delayMaxMs >= LOOP_MS ? 'warn' : 'plain',
      past: past('loopDelayMaxMs'),
      write: duration,
      view: 'overview',
    },
    {
      name: 'Memory',
      figure: size(memory.rssBytes),
      note: `resident; ${words(size(memory.heapUsedBytes))} of heap in use, limit ${words(size(memory.heapLimitBytes))}`,
      tone: 'plain',
      past: past('rssBytes'),
      write: size,
      view: 'overview',
    },
    {
      name: 'Database',
      figure:
        state === 'ok' ? duration(queryMsP95) : { number: state === 'away' ? 'unavailable' : 'starting', unit: '' },
      note:
        state === 'ok'
          ? `95 % of queries were faster; ${pool.total - pool.idle} of ${counted(pool.max, 'connection')} busy, ${counted(pool.waiting, 'query', 'queries')} waiting`
          : state === 'away'
            ? 'data is kept and stored later; the show continues'
            : 'not measured yet',
      tone: state === 'away' ? 'bad' : waits || (queryMsP95 ?? 0) >= QUERY_MS ? 'warn' : 'plain',
      past: past('queryMsP95'),
      write: duration,
      view: 'database',
    },
  ];
}

/** What looking costs the server, in a line. */
export function ownCost({ ops }: ShownSummary): string {
  const { answers, cpuShare, ringBytes, evicted, historyBytes, tapFailures } = ops;
  const slow = answers.p95Ms === null ? '' : `, 95 % within ${words(duration(answers.p95Ms))}`;
  return [
    `the console uses ${words(share(cpuShare))} of the server's time`,
    `${counted(answers.count, 'answer')} in 5 minutes${slow}`,
    `${words(size(ringBytes))} of events${evicted > 0 ? ` (${whole(evicted)} dropped)` : ''}`,
    `${words(size(historyBytes))} of history`,
    tapFailures > 0 ? `${counted(tapFailures, 'tap')} failed` : 'no tap failed',
  ].join(' · ');
}

function relaysLabel({ relays, sessions }: ShownSummary): string {
  const stale = sessions.stale > 0 ? `, ${sessions.stale} without frames` : '';
  const running = `${sessions.active} ${sessions.active === 1 ? 'session running' : 'sessions running'}${stale}`;
  return relays.connected === 0 ? `none connected; ${running}` : running;
}

/** Who watches, by a role: `4 dashboards`. The public is one, however many it is. */
function viewersLabel(count: number, role: string): string {
  return role === 'dashboard' || role === 'overlay' || role === 'director'
    ? counted(count, role)
    : `${whole(count)} ${role}`;
}

/** `12 too_old, 4 invalid`, the largest first. */
function listed(
  counts: Readonly<Record<string, number>>,
  write = (count: number, name: string) => `${whole(count)} ${name}`,
): string {
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, number]) => write(number, name))
    .join(', ');
}
