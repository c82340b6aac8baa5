import type { OpsFigures } from '../ops-figures.js';
import type { Look } from './families.js';
import { countBy, type Families, largest, seconds } from './families.js';

/** A frame's way: relays, stages, sessions, viewers, broadcasts. Nothing goes by the name of a session or a relay. */
export function frameMetrics(families: Families, figures: OpsFigures, look: () => Look): void {
  const summary = () => look().summary;
  const relays = () => look().sessions.flatMap((session) => session.relays);

  families.counter('okboxbox_ingest_frames_total', 'Frames accepted from relays.', () => figures.ingest.frames.total);
  families.counter('okboxbox_ingest_bytes_total', 'Bytes of batches from relays.', () => figures.ingest.bytes.total);
  families.counters(
    'okboxbox_ingest_dropped_total',
    'Records refused, by the rule that refused them.',
    'reason',
    () => summary().ingest.dropped,
  );
  families.counters(
    'okboxbox_stage_passes_total',
    'What passed each stage: records up to timing, then messages for rooms, then messages times the sockets in the rooms.',
    'stage',
    () => ({ ...figures.stages, written: figures.sent.messages.total, skipped: figures.sent.skipped.total }),
  );

  families.counters(
    'okboxbox_limited_total',
    'Refused because a limit was exceeded, by limit.',
    'limit',
    () => figures.limited,
  );

  families.gauge('okboxbox_relays_connected', 'Relays that feed a session now.', () => summary().relays.connected);
  families.gauges(
    'okboxbox_relay_clocks',
    'Relays that feed a session now, by the verdict on their clocks.',
    'verdict',
    () => ({
      right: 0,
      ahead: 0,
      behind: 0,
      inconclusive: 0,
      unknown: 0,
      ...countBy(relays(), ({ clock }) => clock.verdict),
    }),
  );
  families.gauge('okboxbox_relay_clock_offset_max_seconds', 'Largest offset of a relay’s clock, ahead or behind.', () =>
    seconds(largest(relays().map(({ clock }) => (clock.offsetMs === null ? null : Math.abs(clock.offsetMs))))),
  );
  families.gauge(
    'okboxbox_relay_drift_p95_max_seconds',
    'Difference between receiving and capture, without its sign, 95th percentile of the last minute, of the worst relay.',
    () => seconds(largest(relays().map(({ driftP95 }) => driftP95))),
  );
  families.gauge(
    'okboxbox_relay_queue_age_p95_max_seconds',
    'How long frames waited at the relay, 95th percentile of the last minute, of the worst relay.',
    () => seconds(largest(relays().map(({ queueAgeP95Ms }) => queueAgeP95Ms))),
  );
  families.gauge(
    'okboxbox_relay_transit_p95_max_seconds',
    'Time of frames between sending and receiving, 95th percentile of the last minute, of the worst relay.',
    () => seconds(largest(relays().map(({ transitP95Ms }) => transitP95Ms))),
  );

  families.gauge('okboxbox_sessions_active', 'Running sessions.', () => summary().sessions.active);
  families.gauge('okboxbox_sessions_stale', 'Running sessions that receive no frames.', () => summary().sessions.stale);
  families.gauge(
    'okboxbox_last_frame_age_max_seconds',
    'Age of the newest frame, of the running session where it is oldest.',
    () => seconds(largest(look().sessions.map(({ lastFrameAgeMs }) => lastFrameAgeMs))),
  );

  families.gauges(
    'okboxbox_sockets_connected',
    'Connections, by the role that they state.',
    'role',
    () => summary().sockets.byRole,
  );
  families.gauges('okboxbox_viewers', 'Viewers of sessions, by audience.', 'audience', () => ({
    live: look().sessions.reduce((sum, { viewers }) => sum + viewers.live, 0),
    broadcast: look().sessions.reduce((sum, { viewers }) => sum + viewers.broadcast, 0),
  }));
  families.counter('okboxbox_sent_messages_total', 'Messages written to viewers.', () => figures.sent.messages.total);
  families.counter(
    'okboxbox_skipped_messages_total',
    'Messages not written to slow viewers.',
    () => figures.sent.skipped.total,
  );

  families.gauge('okboxbox_broadcast_delay_initialized', '1 if the broadcast delay is ready, else 0.', () =>
    summary().broadcastDelay.initialized ? 1 : 0,
  );
  families.gauges('okboxbox_broadcasts', 'Public pictures, by state.', 'state', () =>
    countBy(summary().broadcastDelay.sessions, ({ state }) => state),
  );
  families.gauge('okboxbox_broadcast_buffered_bytes', 'Bytes buffered for the broadcast delay.', () =>
    summary().broadcastDelay.sessions.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0),
  );
}
