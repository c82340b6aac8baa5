import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OnAir } from '@okboxbox/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { frame, RACE_FACTS, sessionLine } from '../../testing/race.js';
import type { Session } from '../session/session.js';
import { SessionState } from '../session/session-state.js';
import { Shows } from '../shows/shows.js';
import { AutoShows } from './auto-shows.js';

const SHOW = RACE_FACTS.show;
let dataDir: string;
let now: number;
let seq: number;
let state: SessionState;
let shows: Shows;
let auto: AutoShows;
/** What was cued, with the picture. */
let cued: Partial<OnAir>[];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'auto-'));
  now = 1_000;
  begin('sess_test');
  await open();
});
afterEach(async () => {
  auto.close();
  await shows.idle();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A session begins, with its cars on the grid and then under way. */
function begin(sessionId: string): void {
  seq = 0;
  cued = [];
  state = new SessionState({ ...RACE_FACTS, sessionId });
  state.applyNote({ note: 'opened-stream', stream: 0, relayId: 'rig', run: '1', playback: true, at: 0 });
  state.applyCaptured(0, ++seq, now, sessionLine());
  for (let n = 0; n < 10; n++) drive(n);
}

function drive(n: number, over: Parameters<typeof frame>[1] = {}): void {
  state.applyCaptured(0, ++seq, now, frame(n, over));
}

/** The leader comes into the pits. */
function leaderPits(): void {
  const { cars } = frame(11);
  const [leader, ...others] = cars;
  if (leader === undefined) throw new Error('The race of the test has no cars.');
  drive(11, { cars: [{ ...leader, onPitRoad: true, surface: 'pitApproach' }, ...others] });
}

/** Starts, or starts again, from what is on the disk. */
async function open(): Promise<void> {
  const log = pino({ level: 'silent' });
  shows = await Shows.open(dataDir, log);
  const session = (): Session => ({ id: state.facts.sessionId, state }) as Session;
  auto = new AutoShows({
    registry: { liveSession: () => session() },
    broadcasts: {
      followed: { of: () => state.summary() },
      cue: (_session: Session, set: Partial<OnAir>) => {
        cued.push(set);
        state.applyNote({ note: 'cue', set, airsAt: null, at: now });
        return now;
      },
    },
    shows,
    clock: { now: () => now },
    log,
  });
}

async function restart(): Promise<void> {
  auto.close();
  await shows.idle();
  await open();
}

it('a show that does not run by itself makes no cue', () => {
  auto.look();
  expect(cued).toEqual([]);
  expect(auto.of(SHOW)).toMatchObject({ isRunning: false, heldBy: null, next: null, aired: [] });
});

it('one that does cues what is worth showing, for the time of its rule, and tells what', async () => {
  await auto.set(SHOW, 'anna', { on: true, rules: { start: { holdS: 6 } } });
  auto.look();
  expect(cued).toMatchObject([{ flag: { flag: 'green', until: 7_000 }, scene: null }]);
  expect(auto.of(SHOW).aired).toEqual([{ kind: 'start', words: 'The race starts', at: 1_000 }]);
  leaderPits();
  now = 2_000;
  auto.look();
  expect(auto.of(SHOW).next).toMatchObject({ kind: 'leader-pits', at: 7_000, waitsFor: 'shown' });
  now = 7_000;
  auto.look();
  expect(cued[1]).toMatchObject({ driver: { car: 0, until: 17_000 }, message: { title: 'Pit stop' } });
});

it('one that a director has taken control of makes no cue until it is told to, and keeps to that after a restart', async () => {
  await auto.set(SHOW, 'anna', { on: true });
  expect(auto.hold(SHOW, 'ben')).toBe(true);
  expect(auto.hold(SHOW, 'ben')).toBe(false);
  auto.look();
  expect(cued).toEqual([]);
  await restart();
  auto.look();
  expect(cued).toEqual([]);
  expect(auto.of(SHOW)).toMatchObject({ isRunning: false, heldBy: 'ben' });
  await auto.set(SHOW, 'anna', { on: true });
  auto.look();
  expect(cued).toHaveLength(1);
  expect(auto.of(SHOW)).toMatchObject({ isRunning: true, heldBy: null });
});

it('what was shown last is not shown first after a restart', async () => {
  await auto.set(SHOW, 'anna', { on: true });
  auto.look();
  expect(cued).toHaveLength(1);
  await restart();
  auto.look();
  expect(cued).toHaveLength(1);
  leaderPits();
  auto.look();
  expect(cued[1]).toMatchObject({ message: { title: 'Pit stop' } });
});

it('of another session it remembers nothing', async () => {
  await auto.set(SHOW, 'anna', { on: true });
  auto.look();
  begin('sess_next');
  auto.look();
  expect(cued).toMatchObject([{ flag: { flag: 'green' } }]);
});

it('rules that are set one after another add up, and are kept', async () => {
  await auto.set(SHOW, 'anna', { rules: { battle: { on: false } } });
  await auto.set(SHOW, 'anna', { rules: { battle: { holdS: 9 }, closing: { on: true } } });
  await restart();
  const { rules } = auto.of(SHOW);
  expect(rules.battle).toEqual({ on: false, holdS: 9 });
  expect(rules.closing).toEqual({ on: true, holdS: 15 });
  expect(rules.incident).toEqual({ on: true, holdS: 15 });
});
