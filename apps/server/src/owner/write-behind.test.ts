import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, type Lap, type RaceEvent, readRecord } from '@okboxbox/protocol';
import { TIMING_RULES_VERSION } from '@okboxbox/timing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { systemClock } from '../clock.js';
import { PoolUsedUp } from '../store/pool-used-up.js';
import type { SessionPart, Store, StoredSession } from '../store/store.js';
import { race } from '../testing/race.js';
import { feedStateOf } from './audience/feed-view.js';
import { SessionRegistry } from './session/registry.js';
import type { Session } from './session/session.js';
import { WriteBehind } from './write-behind.js';

const log = pino({ level: 'silent' });
let dataDir: string;
let registry: SessionRegistry;
let disk: FakeDisk;
let writing: WriteBehind;

/** What a database has; it can be away. */
class FakeDisk {
  readonly laps = new Map<string, Lap[]>();
  readonly events = new Map<string, RaceEvent[]>();
  readonly sessions = new Map<string, StoredSession>();
  away = false;
  /** Others hold all its connections. */
  usedUp = false;
  refused = 0;
  /** Loses the answer to this many saves: written, but the writer does not know. */
  unanswered = 0;

  store(): Store {
    const store: Pick<Store, 'prepare' | 'sessions' | 'save' | 'forget'> = {
      prepare: async () => this.#check(),
      sessions: async () => {
        this.#check();
        return [...this.sessions.values()];
      },
      save: async (part) => {
        this.#check();
        this.#write(part);
        if (this.unanswered-- > 0) throw new Error('the connection broke');
      },
      forget: async (sessionId) => {
        this.#check();
        this.laps.delete(sessionId);
        this.events.delete(sessionId);
        const stored = this.sessions.get(sessionId);
        if (stored) this.sessions.set(sessionId, { ...stored, lapsStored: 0, eventsStored: 0, isComplete: false });
      },
    };
    return store as Store;
  }

  #check(): void {
    if (this.away) throw new Error('connect ECONNREFUSED');
    if (this.usedUp) {
      this.refused += 1;
      throw new PoolUsedUp(2, 5_000);
    }
  }

  #write({ summary, lapsStored, eventsStored, laps, events, final }: SessionPart): void {
    const { sessionId } = summary;
    const before = this.laps.get(sessionId) ?? [];
    if (lapsStored > before.length) throw new Error('A part leaves a hole in the laps.');
    this.laps.set(sessionId, [...before.slice(0, lapsStored), ...laps]);
    this.events.set(sessionId, [...(this.events.get(sessionId) ?? []).slice(0, eventsStored), ...events]);
    this.sessions.set(sessionId, {
      summary,
      lapsStored: lapsStored + laps.length,
      eventsStored: eventsStored + events.length,
      isComplete: final !== null,
      rulesVersion: summary.rulesVersion ?? 1,
    });
  }
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'write-behind-'));
  disk = new FakeDisk();
  await start();
});
afterEach(async () => {
  await writing.close();
  await registry.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  let ids = 0;
  registry = await SessionRegistry.open(dataDir, { clock: systemClock, log, randomId: () => `s${Date.now()}${ids++}` });
  const finalOf = (state: Session['state']) => feedStateOf(state, null);
  writing = new WriteBehind({ registry, store: disk.store(), clock: systemClock, log, finalOf });
}

const RECORDS = race(900).map((record, i) => readRecord(encodeRecord(record, i + 1)));
const HELLO = { relayId: 'rig', run: 'r', version: '0', protocol: 1, source: 'test', sim: 'test' };

async function feed(from: number, to: number): Promise<Session> {
  const { session, stream } = await registry.attach({ ...HELLO, simSessionKey: '7:0', playback: true }, 'local');
  for (const record of RECORDS.slice(from, to)) session.receive(stream, record);
  return session;
}

const isStored = (session: Session) => {
  expect(disk.laps.get(session.id)).toEqual(session.state.timing.laps);
  expect(disk.events.get(session.id)).toEqual(session.state.timing.events);
};

describe('writing behind', () => {
  it('stores laps and race events as they come, each once', async () => {
    const session = await feed(0, 500);
    await eventually(() => isStored(session));
    await feed(500, 901);
    await eventually(() => isStored(session));
    expect(session.state.timing.laps.length).toBeGreaterThan(9);
    expect(writing.health).toEqual({ state: 'ok' });
  });

  it('completes a session that has ended', async () => {
    const session = await feed(0, 500);
    await registry.onRelayBye(session, session.openStream('rig', 'r', true), 'finished');
    await eventually(() => expect(disk.sessions.get(session.id)?.isComplete).toBe(true));
    isStored(session);
  });

  it('says that the database is away, and stores everything when it is back', async () => {
    const session = await feed(0, 300);
    await eventually(() => isStored(session));
    disk.away = true;
    await feed(300, 700);
    await eventually(() => expect(writing.health).toMatchObject({ state: 'away', because: 'connect ECONNREFUSED' }));
    await feed(700, 901);
    disk.away = false;
    await eventually(() => isStored(session));
    expect(writing.health).toEqual({ state: 'ok' });
  });

  it('waits for others to give connections back, and does not take the database for away', async () => {
    const session = await feed(0, 500);
    await eventually(() => isStored(session));
    disk.usedUp = true;
    await feed(500, 901);
    await eventually(() => expect(disk.refused).toBeGreaterThan(1));
    const waits = { since: expect.any(Number), because: expect.stringContaining('all 2 connections') };
    expect(writing.health).toEqual({ state: 'ok', waits });
    disk.usedUp = false;
    await eventually(() => isStored(session));
    await eventually(() => expect(writing.health).toEqual({ state: 'ok' }));
  });

  it('says how far it is behind, with sessions that ended meanwhile', async () => {
    expect(writing.depth).toMatchObject({ sessions: 0, laps: 0, events: 0, lastStoredAt: null });
    const session = await feed(0, 500);
    await eventually(() => isStored(session));
    await eventually(() => expect(writing.depth.lastRoundMs).toBeGreaterThanOrEqual(0));
    const { lastStoredAt } = writing.depth;
    expect(writing.depth).toMatchObject({ sessions: 0, laps: 0, events: 0, lastStoredAt: expect.any(Number) });
    const stored = { laps: session.state.timing.laps.length, events: session.state.timing.events.length };
    disk.away = true;
    await feed(500, 901);
    const behind = () => ({
      sessions: 1,
      laps: session.state.timing.laps.length - stored.laps,
      events: session.state.timing.events.length - stored.events,
      lastStoredAt,
    });
    expect(behind().laps).toBeGreaterThan(0);
    expect(writing.depth).toMatchObject(behind());
    await registry.onRelayBye(session, session.openStream('rig', 'r', true), 'finished');
    expect(writing.depth).toMatchObject(behind());
    disk.away = false;
    await eventually(() => expect(writing.depth).toMatchObject({ sessions: 0, laps: 0, events: 0 }));
    isStored(session);
  });

  it('writes a part again whose answer was lost, and doubles nothing', async () => {
    disk.unanswered = 2;
    const session = await feed(0, 600);
    await eventually(() => isStored(session));
    await eventually(() => expect(disk.unanswered).toBeLessThan(0));
    isStored(session);
  });

  it('goes on after a restart where the store is, and completes what ended while the database was away', async () => {
    const session = await feed(0, 400);
    await eventually(() => isStored(session));
    disk.away = true;
    await feed(400, 901);
    await registry.onRelayBye(session, session.openStream('rig', 'r', true), 'finished');
    await writing.close();
    await registry.close();
    disk.away = false;
    expect(disk.sessions.get(session.id)?.isComplete).toBe(false);
    await start();
    await eventually(() => expect(disk.sessions.get(session.id)?.isComplete).toBe(true));
    isStored(session);
  });

  it('stores nothing that may still change: what came after a relay went ahead waits for what it left out', async () => {
    const session = await feed(0, 500);
    const stream = session.openStream('rig', 'r', true);
    session.goAhead(stream, { from: 501, to: 700 });
    await feed(700, 901);
    const { settled, timing } = session.state;
    expect(timing.laps.length).toBeGreaterThan(settled.laps);
    const before = timing.laps.slice(0, settled.laps);
    await eventually(() => expect(disk.laps.get(session.id)).toEqual(before));
    await feed(500, 700);
    await session.settle();
    expect(session.state.timing.laps.slice(0, settled.laps)).toEqual(before);
    await eventually(() => isStored(session));
  });

  /** As a program of older rules left it: with laps that these rules do not make. */
  function madeByOlderRules(sessionId: string): void {
    const stored = disk.sessions.get(sessionId);
    if (stored === undefined) throw new Error('Nothing is stored.');
    disk.sessions.set(sessionId, { ...stored, rulesVersion: TIMING_RULES_VERSION - 1 });
    disk.laps.set(sessionId, disk.laps.get(sessionId)?.map((lap) => ({ ...lap, lapTimeMs: 1 })) ?? []);
  }

  it('stores a running session anew whose rows were made by older timing rules', async () => {
    const session = await feed(0, 400);
    await eventually(() => isStored(session));
    await writing.close();
    await registry.close();
    madeByOlderRules(session.id);
    await start();
    const again = await feed(400, 500);
    await eventually(() => isStored(again));
    expect(disk.sessions.get(session.id)?.rulesVersion).toBe(TIMING_RULES_VERSION);
  });

  it('keeps the rows of an ended session as they are, until it is asked to fold it anew', async () => {
    const session = await feed(0, 500);
    await registry.onRelayBye(session, session.openStream('rig', 'r', true), 'finished');
    await eventually(() => expect(disk.sessions.get(session.id)?.isComplete).toBe(true));
    await writing.close();
    await registry.close();
    madeByOlderRules(session.id);
    await start();
    await eventually(() => expect(writing.depth.lastRoundMs).toBeGreaterThanOrEqual(0));
    expect(disk.laps.get(session.id)?.[0]?.lapTimeMs).toBe(1);
    expect(await registry.refold('sess_none')).toBe(false);
    expect(await registry.refold(session.id)).toBe(true);
    await eventually(() => isStored(session));
    expect(disk.sessions.get(session.id)).toMatchObject({ isComplete: true, rulesVersion: TIMING_RULES_VERSION });
    expect(registry.summary(session.id)?.rulesVersion).toBe(TIMING_RULES_VERSION);
  });

  it('lists sessions that only the store knows', async () => {
    const session = await feed(0, 400);
    await registry.onRelayBye(session, session.openStream('rig', 'r', true), 'finished');
    await eventually(() => expect(disk.sessions.get(session.id)?.isComplete).toBe(true));
    await writing.close();
    await registry.close();
    rmSync(join(dataDir, 'sessions'), { recursive: true });
    await start();
    await eventually(() => expect(registry.list()).toMatchObject([{ sessionId: session.id, status: 'ended' }]));
  });
});
