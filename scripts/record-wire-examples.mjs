// `node scripts/record-wire-examples.mjs`: records one example of everything that this version sends between relay, server
// and viewers, into packages/protocol/src/wire/examples/VERSION/, with what it decodes to. Tests read the examples of every
// version (wire/examples.test.ts). A folder that is there already is never written again: a release is a release.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, ROOT } from './prepare.mjs';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const target = join(ROOT, 'packages/protocol/src/wire/examples', version);
if (existsSync(target)) {
  console.error(`${target} exists: the examples of a version are not recorded again.`);
  process.exit(1);
}
install();
build();
const protocol = await import('../packages/protocol/dist/index.js');
const { Feed } = await import('../apps/server/dist/channel/feed.js');

const AT = 1_764_000_000_000;
const header = { kind: 'recording', version: 1, sim: 'iracing', source: 'demo', createdAt: AT };
const session = {
  kind: 'session',
  capturedAt: AT,
  simSessionKey: '43625377:0',
  type: 'race',
  track: { id: '239', name: 'Monza', config: 'Grand Prix', lengthM: 5750, sectorStarts: [0, 0.33, 0.66] },
  limit: { laps: 18, timeS: null },
  classes: [{ id: '1', name: 'GT3', color: '#ff5888' }],
  entries: [
    { car: 7, carNumber: '11', teamName: null, driver: { id: '520', name: 'Zoë Müller' }, classId: '1', pace: false },
    { car: 9, carNumber: '07', teamName: 'Équipe 07', driver: { name: 'A. Driver' }, classId: '1', pace: false },
  ],
};
const frame = {
  kind: 'frame',
  seq: 2,
  capturedAt: AT + 100,
  sessionTime: 129.65,
  state: 'racing',
  flags: ['green'],
  cars: [
    {
      car: 7,
      pct: 0.183412,
      lap: 2,
      lapsCompleted: 1,
      surface: 'onTrack',
      onPitRoad: false,
      position: 1,
      classPosition: 1,
      lastLapMs: 103156,
      bestLapMs: 103156,
    },
    { car: 9, pct: -1, surface: 'notInWorld' },
  ],
  remaining: { timeS: null, laps: 16 },
  own: { car: 7, fuelL: 31.4 },
};
const message = {
  kind: 'message',
  capturedAt: AT + 200,
  sessionTime: 129.75,
  car: 9,
  what: 'penalty',
  text: 'Slow down',
};
const results = {
  kind: 'results',
  capturedAt: AT + 300,
  official: false,
  rows: [
    { car: 7, position: 1, classPosition: 1, lapsCompleted: 1, gapMs: null, bestLapMs: 103156, status: 'running' },
  ],
};
const records = [session, frame, message, results].map((record, i) => ({ seq: i + 1, record }));
const batch = protocol.joinBatch(records.map(({ seq, record }) => protocol.encodeRecord(record, seq)));
const decoded = protocol.splitBatch(batch).map((each) => ({ seq: each.seq, record: protocol.decodeRecord(each) }));

const calls = [
  [
    'relay:hello',
    {
      relayId: 'RIG-1',
      run: 'run_1',
      version,
      protocol: protocol.RELAY_PROTOCOL_VERSION,
      source: 'demo',
      sim: 'iracing',
      show: 'local',
      simSessionKey: '43625377:0',
      playback: false,
      sessionTime: 129.65,
    },
    { ok: true, sessionId: 'sess_example', have: [[1, 2]], takesAhead: true },
  ],
  ['relay:frames', 'batch.bin', { ok: true, have: [[1, 4]] }],
  ['relay:lost', { from: 5, to: 9, reason: 'spool_full' }, { ok: true, have: [[1, 9]] }],
  ['relay:ahead', { from: 10, to: 19 }, { ok: true, have: [[1, 19]] }],
  ['relay:bye', { reason: 'finished' }, { ok: true }],
  [
    'relay:hello',
    {
      relayId: 'RIG-1',
      run: 'run_2',
      version: '9.0.0',
      protocol: 9,
      source: 'demo',
      sim: 'iracing',
      simSessionKey: '',
      playback: true,
    },
    { ok: false, error: { code: 'version_mismatch', message: 'This server speaks protocol 1, the relay 9.' } },
  ],
];

const before = {
  session: {
    sessionId: 'sess_example',
    show: 'local',
    status: 'live',
    sim: 'iracing',
    type: 'race',
    track: 'Monza',
    trackConfig: 'Grand Prix',
    sectorStarts: [0, 0.33, 0.66],
    limitLaps: 18,
    limitTimeS: null,
    classes: session.classes,
    positionsDerived: false,
    startedAt: AT,
  },
  clock: {
    sessionTimeMs: 129_650,
    phase: 'racing',
    flags: ['green'],
    remainingMs: null,
    remainingLaps: 16,
    leaderLap: 2,
  },
  entries: session.entries.map(({ car, carNumber, teamName, driver }) => ({
    car,
    carNumber,
    name: driver.name,
    teamName,
    driver: driver.name,
    class: '1',
    officialStatus: null,
  })),
  rows: {
    7: row({
      position: 1,
      classPosition: 1,
      lap: 2,
      lapsCompleted: 1,
      progress: 1.25,
      lastLapMs: 103_156,
      bestLapMs: 103_156,
    }),
    9: row({
      position: 2,
      classPosition: 2,
      lap: 2,
      lapsCompleted: 1,
      progress: 1.125,
      gapMs: 10_418,
      intervalMs: 10_418,
    }),
  },
  events: [],
  onAir: protocol.NOTHING_CUED,
  topics: { epoch: 'log_1', laps: 2, gaps: 0, events: 0 },
};
const stops = {
  id: 1,
  name: 'pit.entered',
  sessionTimeMs: 129_750,
  lap: 2,
  car: 9,
  otherCar: null,
  ms: null,
  count: null,
  to: null,
};
const after = {
  ...before,
  clock: { ...before.clock, sessionTimeMs: 129_750 },
  rows: {
    ...before.rows,
    9: row({ ...protocol.unpackRow(before.rows[9]), status: 'pit', inPit: true, gapMs: 10_500 }),
  },
  events: [stops],
  onAir: { ...before.onAir, driver: { car: 7, until: null } },
  topics: { ...before.topics, events: 1 },
};
const appended = { events: [protocol.packTopicRow('events', { ...stops, lapRow: null })] };
const feed = new Feed('sess_example', 'epoch_1', { state: before, at: AT + 100 });
const joined = ['rows', 'json'].map((format) => feed.snapshots.of(format).text);
const change = { ...protocol.changeBetween(before, after), appended };
const texts = feed.take(change, AT + 200, JSON.stringify(change));

const lines = (...values) => `${values.map((value) => JSON.stringify(value)).join('\n')}\n`;
mkdirSync(target, { recursive: true });
const write = (name, contents) => writeFileSync(join(target, name), contents);
write('recording.jsonl', lines(header, ...records.map(({ record }) => record)));
write('batch.bin', batch);
write('batch.decoded.jsonl', lines(...decoded));
write('calls.jsonl', lines(...calls));
write('feed.states.jsonl', lines({ at: AT + 100, state: before }, { at: AT + 200, state: after, appended }));
write('feed.rows.jsonl', `${joined[0]}\n${texts.rows}\n`);
write('feed.json.jsonl', `${joined[1]}\n${texts.named()}\n`);
console.log(`recorded ${target}`);

/** A row of a car of which the other figures are not known. */
function row(figures) {
  return protocol.packRow({ ...protocol.UNKNOWN_FIGURES, sectorsMs: [34_100, 34_520, 34_536], ...figures });
}
