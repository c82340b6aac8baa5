import { type OpsEvent, TRACE_STAGES, type Trace, type TraceEvent, type TraceStage } from '@okboxbox/protocol';

/** How far after its receipt a frame passes each stage in these traces, in ms. */
const AFTER_MS: Readonly<Record<TraceStage, number>> = {
  ingest: 0.2,
  timeline: 9,
  timing: 9.4,
  tick: 12,
  room: 12.4,
  write: 13,
  skip: 13.1,
};

/** A trace of a number of frames at 10 Hz, each past every stage, written to `sockets` sockets; every 50th is skipped by one. */
export function traceOfFrames(frames: number, sockets = 3, startedAt = 1_764_000_000_000): Trace {
  const events: TraceEvent[] = [];
  for (let seq = 1; seq <= frames; seq++) {
    const receivedAt = startedAt - 2_000 + seq * 100;
    const pass = (stage: TraceStage, of: string | null) =>
      events.push({
        at: receivedAt + AFTER_MS[stage],
        stage,
        seq,
        of,
        sinceReceivedMs: AFTER_MS[stage],
        bytes: stage === 'ingest' ? 900 : null,
      });
    for (const stage of ['ingest', 'timeline', 'timing', 'tick', 'room'] as const) pass(stage, 'relay-1');
    for (let socket = 0; socket < sockets; socket++) pass('write', `socket-${socket}`);
    if (seq % 50 === 0) pass('skip', 'socket-slow');
  }
  const last = events.at(-1)?.at ?? startedAt;
  const happened: OpsEvent[] = [
    { id: 1, at: startedAt + 400, type: 'socket', event: 'join', socketId: 'socket-0' },
    { id: 2, at: startedAt + 900, type: 'socket', event: 'slow_consumer', socketId: 'socket-slow' },
  ];
  const counted = (stage: TraceStage) => events.filter((event) => event.stage === stage).length;
  return {
    traceId: 'tr_test',
    sessionId: 'sess_ab…1',
    state: 'done',
    when: { figure: 'skipped', above: 0 },
    startedAt: startedAt - 10_000,
    triggeredAt: startedAt,
    endsAt: last,
    expiresAt: last + 900_000,
    endedBecause: null,
    limits: {
      durationSec: 30,
      events: 20_000,
      bytes: 4_000_000,
      eventsPerSec: 2_000,
      dropped: { events: 0, bytes: 0, rate: 12 },
    },
    events,
    happened,
    counters: Object.fromEntries(TRACE_STAGES.map((stage) => [stage, counted(stage)])) as Trace['counters'],
    summary: {
      durationMs: last - startedAt,
      framesPerSec: 10,
      comparedMs: 4 * (last - startedAt),
      latencies: [
        { from: 'ingest', to: 'timeline', room: null, count: frames, p50Ms: 8.8, p95Ms: 11.2, maxMs: 18 },
        { from: 'timeline', to: 'timing', room: null, count: frames, p50Ms: 0.4, p95Ms: 0.6, maxMs: 2 },
        {
          from: 'ingest',
          to: 'tick',
          room: 'broadcast:session:sess_ab…1',
          count: frames,
          p50Ms: 2.6,
          p95Ms: 4.1,
          maxMs: 9,
        },
      ],
      changes: [
        { figure: 'skipped a second', before: 0, during: 0.2, change: 0.9 },
        { figure: 'frames a second', before: 10, during: 10, change: 0 },
      ],
      words: 'Every frame passed; one socket reads too slowly.',
    },
    anomalies: [
      {
        code: 'SKIPPED',
        stage: 'write',
        text: 'A socket reads too slowly and is skipped.',
        value: 4,
        threshold: 0,
        at: startedAt + 900,
      },
    ],
    deliveries: [
      {
        seq: frames,
        relayId: 'relay-1',
        receivedAt: startedAt - 2_000 + frames * 100,
        counts: { sent: 2, skipped_slow: 1, held: 1, not_joined: 0, no_right: 0, gone: 0 },
        recipients: [
          {
            socketId: 'socket-0',
            role: 'dashboard',
            room: 'session:sess_ab…1',
            verdict: 'sent',
            at: last,
            afterMs: 13,
            text: 'Written 13.0 ms after it was received.',
          },
          {
            socketId: 'socket-slow',
            role: 'overlay',
            room: 'session:sess_ab…1',
            verdict: 'skipped_slow',
            at: null,
            afterMs: null,
            text: '120 messages wait for it: it is shown the newest state when it reads again.',
          },
        ],
        leftOut: 2,
      },
    ],
    notKept: [],
    probe: {
      sentAt: startedAt + 100,
      stages: [
        { stage: 'ingest', of: null, afterMs: 0.3 },
        { stage: 'timeline', of: null, afterMs: 8.9 },
        { stage: 'tick', of: 'session:sess_ab…1', afterMs: 12.1 },
      ],
      broadcastDelayMs: 30_012,
      words: 'It has passed every stage.',
    },
  };
}
