import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { promtool, WITHOUT_PROMTOOL } from '../../testing/promtool.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { relay, viewer, url, token, get } = serverForEachTest({ METRICS_ENABLED: 'true', OPS_UI_ENABLED: '1' });

const scrape = async () => (await fetch(`${url()}/metrics`)).text();
/** A sample's value, by its name with its labels. */
const value = (text: string, sample: string) => {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
};

/** A server that feeds, shows and stores; what it exports then. */
async function lively(): Promise<string> {
  const rig = await relay({ playback: false });
  await viewer();
  await rig.send(
    race(450).map((record) => ({ ...record, capturedAt: Date.now() })),
    1,
  );
  await get('/api/ops/summary', await token('ops'));
  return eventually(async () => {
    const text = await scrape();
    expect(value(text, 'okboxbox_db_statements_total{statement="insert laps"}')).toBeGreaterThan(0);
    expect(value(text, 'okboxbox_write_behind_pending{kind="laps"}')).toBe(0);
    return text;
  });
}

describe('what Prometheus reads', () => {
  it('counts a frame’s way, the database, the process and operations themselves', async () => {
    const text = await lively();
    for (const [sample, expected] of [
      ['okboxbox_ingest_frames_total', 450],
      ['okboxbox_stage_passes_total{stage="ingest"}', 451],
      ['okboxbox_stage_passes_total{stage="timing"}', 451],
      ['okboxbox_relays_connected', 1],
      ['okboxbox_sessions_active', 1],
      ['okboxbox_viewers{audience="live"}', 1],
      ['okboxbox_viewers{audience="broadcast"}', 0],
      ['okboxbox_events_total{event="created"}', 1],
      ['okboxbox_events_total{event="db_error"}', 0],
      ['okboxbox_db_up', 1],
      ['okboxbox_db_pool_connections{state="max"}', 1],
      ['okboxbox_ops_tap_failures_total', 0],
    ] as const)
      expect([sample, value(text, sample)]).toEqual([sample, expected]);
    for (const sample of [
      'okboxbox_stage_passes_total{stage="timeline"}',
      'okboxbox_stage_passes_total{stage="live_ticks"}',
      'okboxbox_stage_passes_total{stage="fan_out"}',
      'okboxbox_stage_passes_total{stage="written"}',
      'okboxbox_db_acquire_duration_seconds_count',
      'okboxbox_db_hold_duration_seconds_count',
      'okboxbox_db_query_duration_seconds_sum',
      'okboxbox_db_statement_seconds_total{statement="insert laps"}',
      'okboxbox_write_behind_last_stored_timestamp_seconds',
      'okboxbox_heap_limit_bytes',
      'okboxbox_ops_history_bytes',
      'okboxbox_ops_busy_seconds_total',
      'okboxbox_ops_answer_duration_seconds_count',
    ])
      expect(value(text, sample), sample).toBeGreaterThan(0);
    const verdicts = ['right', 'ahead', 'behind', 'inconclusive', 'unknown'];
    const relays = verdicts.map((verdict) => value(text, `okboxbox_relay_clocks{verdict="${verdict}"}`) ?? Number.NaN);
    expect(relays.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('keeps counting what has passed, when the session it was of is long forgotten', async () => {
    const passed = async () => value(await scrape(), 'okboxbox_stage_passes_total{stage="timing"}');
    for (let i = 0; i < 25; i++) {
      const rig = await relay({ run: `run-${i}`, simSessionKey: `${i + 1}:0` });
      await rig.send(race(1), 1);
      await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
      rig.relay.disconnect();
    }
    expect(await passed()).toBe(50);
  });

  it('names no session, user, socket or relay', async () => {
    const rig = await relay();
    const { viewer: made } = await viewer();
    await rig.send(race(30), 1);
    const text = await scrape();
    const samples = text.split('\n').filter((line) => !line.startsWith('#'));
    for (const name of [rig.sessionId, made.id, 'rig', 'run-1', 'team', 'local', 'Testring'])
      expect(samples.filter((line) => line.includes(`="${name}"`))).toEqual([]);
    expect(samples.filter((line) => line.includes('sess_'))).toEqual([]);
  });

  it.skipIf(WITHOUT_PROMTOOL)('is as Prometheus wants it, but for the one name that the runbook gives', async () => {
    const { said } = promtool(['check', 'metrics'], await lively());
    expect(said.filter((line) => !line.startsWith('db_query_ms_p95 '))).toEqual([]);
    expect(said.filter((line) => line.startsWith('db_query_ms_p95 '))).not.toEqual([]);
  });
});
