import type { Taps } from '../taps.js';

/** The stages of a frame's way, in its order. */
export const STAGES = ['ingest', 'timeline', 'timing', 'live_ticks', 'broadcast_ticks', 'fan_out'] as const;
export type Stage = (typeof STAGES)[number];

/** What has passed each stage since the start, over all sessions: those that have long ended are in it, too. */
export type StageTotals = Record<Stage, number>;

export function noPasses(): StageTotals {
  return { ingest: 0, timeline: 0, timing: 0, live_ticks: 0, broadcast_ticks: 0, fan_out: 0 };
}

/** Counts what passes the stages; returns the way to stop. */
export function listenToStages(taps: Taps, totals: StageTotals): () => void {
  const stops = [
    taps.ingest.listen(() => {
      totals.ingest += 1;
    }),
    taps.timeline.listen((_sessionId, records) => {
      totals.timeline += records;
    }),
    taps.timing.listen(() => {
      totals.timing += 1;
    }),
    taps.tick.listen((_sessionId, room) => {
      totals[room.startsWith('broadcast:') ? 'broadcast_ticks' : 'live_ticks'] += 1;
    }),
    taps.room.listen((_room, event, _message, members) => {
      if (event === 'feed') totals.fan_out += members;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
