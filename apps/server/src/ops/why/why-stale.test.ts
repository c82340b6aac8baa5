import type { OpsRelay, StageFlow } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BeatFacts, ConnectionFacts, DelayFacts, LineFacts, SessionFacts, WhyFacts } from './why-facts.js';
import { whyStale } from './why-stale.js';

const SESSION = 'sess_a';
const beats: BeatFacts = {
  verdict: 'ok',
  isOwn: true,
  silentMs: 900,
  isHidden: false,
  shownAgeMs: 1_050,
  behindMs: 30,
};
const open: Extract<ConnectionFacts, { state: 'open' }> = {
  state: 'open',
  role: 'dashboard',
  caps: ['session:live'],
  rooms: [`session:${SESSION}`],
  connectedForMs: 60_000,
  seenAgoMs: 2_000,
  beats,
};
const rate = (perSec: number): StageFlow => ({ total: 1_000, perSec });
const relay: OpsRelay = {
  relayId: 'rig',
  run: 'r',
  version: '1',
  source: 'iracing',
  connectedAt: 1,
  isPrimary: true,
  clock: { offsetMs: 0, boundMs: 5, verdict: 'right' },
  driftP95: 40,
  queueAgeP95Ms: 5,
  transitP95Ms: 20,
  waiting: 0,
  oldestWaitingMs: 0,
  askedHz: null,
  pausedBecause: null,
  simState: null,
  clockSteps: null,
} as OpsRelay;
const flow: NonNullable<SessionFacts['flow']> = {
  ingest: rate(10),
  timeline: rate(10),
  timing: rate(10),
  liveTicks: rate(10),
  broadcastTicks: rate(10),
  fanOut: rate(10),
  written: rate(10),
  skipped: rate(0),
};
const session: SessionFacts = {
  sessionId: SESSION,
  show: 'local',
  status: 'live',
  relays: [relay],
  framesPerSec: 10,
  lastFrameAgeMs: 90,
  queueAgeP95Ms: 5,
  flow,
  runsInstead: null,
  timeline: { state: 'ok' },
};
const line: LineFacts = {
  waitingBytes: 0,
  bufferedPackets: 0,
  waitsMs: null,
  isSkipping: false,
  skippedTotal: 0,
  sentPerSec: 10,
  rttMs: 20,
  newestFrameAgeMs: 120,
};
const watches: NonNullable<WhyFacts['watches']> = {
  room: `session:${SESSION}`,
  sessionId: SESSION,
  show: 'local',
  extra: null,
  isInRoom: true,
};
const LIVE: WhyFacts = { socketId: 's', connection: open, refusal: null, watches, session, delay: null, line };
const delay: DelayFacts = {
  state: 'running',
  delayMs: 30_000,
  extraMs: 0,
  hasAired: true,
  holdMs: null,
  bufferedEvents: 300,
  oldestAgeMs: 29_950,
  line: 'there',
};
const PUBLIC: WhyFacts = {
  ...LIVE,
  watches: { ...watches, room: `broadcast:session:${SESSION}`, extra: 0 },
  delay,
  line: { ...line, newestFrameAgeMs: 30_050 },
};
const withSession = (over: Partial<SessionFacts>): WhyFacts => ({ ...LIVE, session: { ...session, ...over } });
const withBeats = (over: Partial<BeatFacts>): WhyFacts => ({
  ...LIVE,
  connection: { ...open, beats: { ...beats, ...over } },
});
const withLine = (over: Partial<LineFacts>): WhyFacts => ({ ...LIVE, line: { ...line, ...over } });
const withDelay = (over: Partial<DelayFacts>): WhyFacts => ({ ...PUBLIC, delay: { ...delay, ...over } });
const silent = { lastFrameAgeMs: 20_000, framesPerSec: 0 };
const gone = (code: string): WhyFacts => ({
  socketId: 's',
  refusal: null,
  watches: null,
  session: null,
  delay: null,
  line,
  connection: { state: 'gone', role: 'overlay', agoMs: 5_000, code, reason: 'transport close' },
});

/** What is wrong, the facts, the verdict, the step that it ends at, and words of what to do. */
const CASES: readonly [string, WhyFacts, string, string, RegExp | null][] = [
  ['nothing', LIVE, 'fresh', 'page', null],
  ['gone, as the client wanted', gone('client_gone'), 'broken', 'connection', /role=overlay/],
  ['closed as too slow', gone('slow_consumer'), 'broken', 'connection', /network/],
  ['closed by an operator', gone('by_operations'), 'broken', 'connection', /\/api\/ops\/audit/],
  ['its token has expired', gone('token_expired'), 'broken', 'connection', /okboxbox token --role overlay"/],
  ['its link was revoked', gone('link_revoked'), 'broken', 'connection', /new link/],
  [
    'it is a relay',
    { ...LIVE, connection: { ...open, role: 'relay' } },
    'expected',
    'connection',
    /api\/ops\/sessions/,
  ],
  [
    'its join was refused',
    {
      ...LIVE,
      watches: null,
      session: null,
      connection: { ...open, caps: ['broadcast:view'], rooms: [] },
      refusal: { agoMs: 900, where: 'session:join', message: 'This needs session:live.', capability: 'session:live' },
    },
    'broken',
    'right',
    /--role team/,
  ],
  [
    'it has joined nothing',
    { ...LIVE, watches: null, session: null, connection: { ...open, rooms: [] } },
    'broken',
    'room',
    /\?show=/,
  ],
  [
    'it is a desk’s own connection',
    { ...LIVE, watches: null, session: null, connection: { ...open, role: 'director', rooms: ['director:local'] } },
    'expected',
    'room',
    null,
  ],
  [
    'it has fallen out of its room',
    { ...LIVE, watches: { ...watches, isInRoom: false } },
    'broken',
    'room',
    /rooms\/sweep/,
  ],
  ['its session is gone', { ...LIVE, session: null }, 'broken', 'room', /rooms\/sweep/],
  [
    'another session of its show runs',
    withSession({ status: 'ended', runsInstead: 'sess_b' }),
    'broken',
    'room',
    /\?show=local/,
  ],
  ['its session has ended', withSession({ status: 'ended', timeline: null }), 'expected', 'room', null],
  ['no relay', withSession({ ...silent, relays: [] }), 'broken', 'ingest', /RELAY_KILL_SWITCH=0/],
  [
    'its relay is paused',
    withSession({ ...silent, relays: [{ ...relay, pausedBecause: 'too many' }] }),
    'expected',
    'ingest',
    /relays\/rig\/pause/,
  ],
  [
    'its relay does not get through',
    withSession({ ...silent, relays: [{ ...relay, waiting: 70 }] }),
    'broken',
    'ingest',
    /network/,
  ],
  ['its relay has nothing', withSession(silent), 'broken', 'ingest', /8765/],
  ['its relay has never sent a frame', withSession({ ...silent, lastFrameAgeMs: null }), 'broken', 'ingest', /8765/],
  ['its relay has a backlog', withSession({ queueAgeP95Ms: 40_000 }), 'broken', 'ingest', /live frames go first/],
  [
    'the disk is full',
    withSession({ ...silent, timeline: { state: 'failing', because: 'ENOSPC', since: 1, waitingBytes: 5 } as never }),
    'broken',
    'timeline',
    /DATA_DIR/,
  ],
  ['the timing has stopped', withSession({ flow: { ...flow, timing: rate(0) } }), 'broken', 'timing', /support pack/],
  ['it is to be later', PUBLIC, 'expected', 'page', /another delay/],
  ['no delay is set', withDelayOf(0), 'fresh', 'page', null],
  ['the picture holds', withDelay({ state: 'holding', holdMs: 12_000 }), 'expected', 'delay', /automatically/],
  ['nothing has aired', withDelay({ hasAired: false }), 'expected', 'delay', /automatically/],
  ['a director has paused it', withDelay({ state: 'paused' }), 'expected', 'delay', /Resume/],
  ['its line is being made', withDelay({ line: 'being_made' }), 'expected', 'delay', /automatically/],
  ['its line could not be made', withDelay({ line: 'failed' }), 'broken', 'delay', /restart/],
  ['no live messages', withSession({ flow: { ...flow, liveTicks: rate(0) } }), 'broken', 'tick', /support pack/],
  [
    'a hole of the race airs',
    {
      ...PUBLIC,
      session: { ...session, flow: { ...flow, broadcastTicks: rate(0) } },
      delay: { ...delay, oldestAgeMs: 9_000 },
    },
    'expected',
    'tick',
    /where the race continued/,
  ],
  [
    'what is due does not air',
    {
      ...PUBLIC,
      session: { ...session, flow: { ...flow, broadcastTicks: rate(0) } },
      delay: { ...delay, oldestAgeMs: 60_000 },
    },
    'broken',
    'tick',
    /support pack/,
  ],
  [
    'it is skipped',
    withLine({ isSkipping: true, waitingBytes: 9_000, waitsMs: 8_000 }),
    'broken',
    'line',
    /disconnect/,
  ],
  ['what is sent to it waits', withLine({ waitingBytes: 900, waitsMs: 2_000 }), 'broken', 'line', /network/],
  ['its heartbeat is slow', withLine({ rttMs: 4_000 }), 'broken', 'line', /network/],
  ['nothing was sent to it', withLine({ newestFrameAgeMs: null, sentPerSec: 0 }), 'unknown', 'page', /trace/i],
  ['it was sent nothing new', withLine({ newestFrameAgeMs: 9_000 }), 'unknown', 'page', /Trace/],
  [
    'its connection is dead',
    withBeats({ verdict: 'dead', silentMs: 8_000, shownAgeMs: 8_000 }),
    'broken',
    'connection',
    /network of its computer/,
  ],
  ['its page does not keep up', withBeats({ shownAgeMs: 9_000, behindMs: 8_900 }), 'broken', 'page', /Reload it/],
  ['its page shows nothing', withBeats({ shownAgeMs: null, behindMs: 20_000 }), 'broken', 'page', /Reload it/],
  ['its page is in the background', withBeats({ isHidden: true, behindMs: 90_000 }), 'expected', 'page', /front/],
  [
    'it does not say what it shows',
    { ...LIVE, connection: { ...open, beats: null } },
    'unknown',
    'line',
    /Look at the page/,
  ],
];

function withDelayOf(delayMs: number): WhyFacts {
  return { ...PUBLIC, delay: { ...delay, delayMs, oldestAgeMs: null }, line };
}

describe('why a socket shows what it shows', () => {
  it.each(CASES)('%s', (_what, facts, verdict, stage, next) => {
    const why = whyStale(facts);
    const last = why.steps.at(-1);
    expect([why.verdict, last?.stage]).toEqual([verdict, stage]);
    if (verdict === 'broken') expect([why.text, last?.state]).toEqual([last?.text, 'broken']);
    if (next === null) expect(why.nextStep).toBeNull();
    else expect(why.nextStep).toMatch(next);
  });

  it('that is delayed goes on with what is in the line: what does not come now is noted, and no more', () => {
    const apart: WhyFacts = { ...PUBLIC, session: { ...session, relays: [], framesPerSec: 0, lastFrameAgeMs: 5_000 } };
    const why = whyStale(apart);
    expect(why.verdict).toBe('expected');
    expect(why.steps.map(({ stage, state }) => [stage, state]).slice(-7)).toEqual([
      ['ingest', 'expected'],
      ['timeline', 'ok'],
      ['timing', 'ok'],
      ['delay', 'expected'],
      ['tick', 'ok'],
      ['line', 'ok'],
      ['page', 'ok'],
    ]);
    expect(why.text).toContain('30 s behind the race');
    expect(why.nextStep).toMatch(/Start the relay/);
    // Something else that is wrong is still found.
    expect(
      whyStale({ ...apart, line: { ...apart.line, isSkipping: true, waitsMs: 6_000 } }).steps.at(-1),
    ).toMatchObject({
      stage: 'line',
      state: 'broken',
    });
    for (const over of [
      { delay: { ...delay, bufferedEvents: 0, oldestAgeMs: null } },
      { line: { ...line, newestFrameAgeMs: 33_001 } },
    ])
      expect(whyStale({ ...apart, ...over })).toMatchObject({
        verdict: 'broken',
        nextStep: expect.stringContaining('Start the relay'),
      });
  });

  it('gives a figure for every step that holds something up, and each verdict is told apart by its words', () => {
    const told = CASES.map(([, facts]) => whyStale(facts));
    for (const { steps } of told) {
      const last = steps.at(-1);
      if (last?.state === 'broken') expect(last.figures.length).toBeGreaterThan(0);
    }
    const broken = told.filter(({ verdict }) => verdict === 'broken').map(({ text }) => text);
    expect(new Set(broken).size).toBe(broken.length);
  });

  it('stops at the first broken step, in the order of a frame’s way, whatever else is wrong', () => {
    const order = ['connection', 'right', 'room', 'ingest', 'timeline', 'timing', 'delay', 'tick', 'line', 'page'];
    const facts = fc.constantFrom(...CASES.map(([, each]) => each));
    fc.assert(
      fc.property(facts, facts, facts, facts, (a, b, c, d) => {
        const why = whyStale({ ...a, watches: b.watches, session: c.session, delay: d.delay, line: d.line });
        const places = why.steps.map(({ stage }) => order.indexOf(stage));
        expect(places).toEqual([...places].sort((x, y) => x - y));
        expect(new Set(places).size).toBe(places.length);
        const at = why.steps.findIndex(({ state }) => state === 'broken');
        expect(at === -1 || at === why.steps.length - 1).toBe(true);
        expect(why.verdict === 'broken').toBe(at !== -1);
      }),
    );
  });
});
