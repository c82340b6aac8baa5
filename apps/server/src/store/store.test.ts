import type { FeedState, Lap, RaceEvent, SessionSummary } from '@okboxbox/protocol';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { embedded, postgresql, type TestDatabase, WITHOUT_POSTGRESQL } from '../testing/databases.js';
import { openDatabase } from './database.js';
import { PoolUsedUp } from './pool-used-up.js';
import { type SessionPart, Store } from './store.js';

const summary = (sessionId: string, over: Partial<SessionSummary> = {}): SessionSummary => ({
  sessionId,
  show: 'cup',
  status: 'live',
  sim: 'test',
  track: 'Motorsport Arena Oschersleben, “B”; DROP TABLE laps',
  type: 'race',
  startedAt: 1_764_000_000_123,
  lastFrameAt: null,
  endedAt: null,
  entryCount: 2,
  podium: [],
  ...over,
});

const lap = (car: number, number: number): Lap => ({
  car,
  carNumber: String(car),
  driver: "Zoë O'Neill \u0001 \\ 😀",
  lap: number,
  lapTimeMs: 90_000 + number,
  from: 'line',
  sectorsMs: [30_000, null, 30_000],
  crossedAtMs: number * 90_000,
  position: car,
  inPit: false,
  inLap: false,
  outLap: false,
  valid: true,
  provenance: 'measured',
});

const event = (id: number): RaceEvent => ({ id, at: id, sessionTime: id, name: 'pit.entered', lap: null, car: 1 });

const part = (sessionId: string, over: Partial<SessionPart> = {}): SessionPart => ({
  summary: summary(sessionId),
  ended: null,
  entries: [
    { car: 1, carNumber: '1', name: 'Team 1', teamName: 'Team 1', class: 'a', driver: 'Ann' },
    { car: 2, carNumber: '2', name: 'Bob', teamName: null, class: null, driver: 'Bob' },
  ],
  lapsStored: 0,
  eventsStored: 0,
  laps: [],
  events: [],
  final: null,
  ...over,
});

/** What every store must do, whatever database is behind it. */
function keepsSessions(make: () => Promise<TestDatabase>): void {
  let database: TestDatabase;
  let store: Store;

  beforeAll(async () => {
    database = await make();
    store = new Store(openDatabase(database.place, pino({ level: 'silent' })));
    await vi.waitFor(() => store.prepare(), { timeout: 30_000, interval: 100 });
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  it('makes its tables once: preparing again changes nothing', async () => {
    await store.save(part('sess_again'));
    await store.prepare();
    expect((await store.sessions()).map((each) => each.summary.sessionId)).toContain('sess_again');
  });

  it('gives back what was saved, in order, also by car, with every character', async () => {
    await store.save(part('sess_a', { laps: [lap(1, 1), lap(2, 1)], events: [event(1)] }));
    await store.save(
      part('sess_a', { lapsStored: 2, eventsStored: 1, laps: [lap(2, 2), lap(1, 2)], events: [event(2)] }),
    );
    expect(await store.laps('sess_a')).toEqual([lap(1, 1), lap(2, 1), lap(2, 2), lap(1, 2)]);
    expect(await store.laps('sess_a', 2)).toEqual([lap(2, 1), lap(2, 2)]);
    expect(await store.events('sess_a')).toEqual([event(1), event(2)]);
    expect(await store.laps('sess_none')).toEqual([]);
  });

  it('does not double what is saved twice, as after a crash between writing and knowing it', async () => {
    const twice = part('sess_twice', { laps: [lap(1, 1)], events: [event(1)] });
    await store.save(twice);
    await store.save(twice);
    expect(await store.laps('sess_twice')).toEqual([lap(1, 1)]);
    expect(await store.events('sess_twice')).toEqual([event(1)]);
    const [found] = (await store.sessions()).filter((each) => each.summary.sessionId === 'sess_twice');
    expect(found).toMatchObject({ lapsStored: 1, eventsStored: 1, isComplete: false });
  });

  it('saves a part whole or not at all', async () => {
    const bad = { ...lap(1, 1), lap: 'first' as never };
    await expect(store.save(part('sess_bad', { laps: [lap(1, 1), bad] }))).rejects.toThrow();
    expect(await store.laps('sess_bad')).toEqual([]);
    expect((await store.sessions()).map((each) => each.summary.sessionId)).not.toContain('sess_bad');
  });

  it('knows a session that has ended and is all there by its last state', async () => {
    const final = { session: { sessionId: 'sess_end' }, rows: { 1: [1, null] } } as unknown as FeedState;
    expect(await store.finalState('sess_end')).toBeNull();
    await store.save(part('sess_end'));
    expect(await store.finalState('sess_end')).toBeNull();
    const ended = { at: 1_764_000_100_000, reason: 'finished' };
    await store.save(part('sess_end', { summary: summary('sess_end', { status: 'ended' }), ended, final }));
    expect(await store.finalState('sess_end')).toEqual(final);
    const [found] = (await store.sessions()).filter((each) => each.summary.sessionId === 'sess_end');
    expect(found).toMatchObject({ isComplete: true, summary: { status: 'ended', startedAt: 1_764_000_000_123 } });
  });

  it('knows by which timing rules rows were made, and forgets them to be stored anew', async () => {
    const final = { session: { sessionId: 'sess_rules' }, rows: {} } as unknown as FeedState;
    const made = (rulesVersion: number, lapTimeMs: number) =>
      store.save(
        part('sess_rules', {
          summary: summary('sess_rules', { status: 'ended', rulesVersion }),
          ended: { at: 1_764_000_100_000, reason: 'finished' },
          laps: [{ ...lap(1, 1), lapTimeMs }],
          events: [event(1)],
          final,
        }),
      );
    const found = async () => (await store.sessions()).find(({ summary: { sessionId } }) => sessionId === 'sess_rules');
    await made(1, 90_000);
    expect(await found()).toMatchObject({ rulesVersion: 1, summary: { rulesVersion: 1 } });
    expect(await store.finalState('sess_rules', 1)).toEqual(final);
    expect(await store.finalState('sess_rules', 2)).toBeNull();
    await store.forget('sess_rules');
    expect(await store.laps('sess_rules')).toEqual([]);
    expect(await found()).toMatchObject({ isComplete: false, lapsStored: 0, eventsStored: 0 });
    await made(2, 91_000);
    expect((await store.laps('sess_rules')).map(({ lapTimeMs }) => lapTimeMs)).toEqual([91_000]);
    expect(await store.finalState('sess_rules', 2)).toEqual(final);
  });

  it('says of a lap that was struck off after it was stored that it was', async () => {
    const { detail: _, ...deleted } = event(1);
    await store.save(part('sess_struck', { laps: [lap(1, 1), lap(2, 1), lap(1, 2)] }));
    await store.save(
      part('sess_struck', {
        lapsStored: 3,
        events: [{ ...deleted, name: 'lap.deleted', car: 1, detail: { lap: 2, nr: 2 } }],
      }),
    );
    expect((await store.laps('sess_struck')).map((each) => each.deleted === true)).toEqual([false, false, true]);
    expect(await store.laps('sess_struck', 1)).toMatchObject([{ lap: 1 }, { lap: 2, valid: false, deleted: true }]);
  });

  it('lists sessions newest first', async () => {
    await store.save(part('sess_old', { summary: summary('sess_old', { startedAt: 5 }) }));
    await store.save(part('sess_new', { summary: summary('sess_new', { startedAt: 2_000_000_000_000 }) }));
    const listed = (await store.sessions()).map((each) => each.summary.sessionId);
    expect([listed[0], listed.at(-1)]).toEqual(['sess_new', 'sess_old']);
  });

  it('keeps settings and who did what', async () => {
    expect(await store.setting('delay')).toBeNull();
    await store.set('delay', { ms: 30_000 });
    await store.set('delay', { ms: 60_000 });
    expect(await store.setting('delay')).toEqual({ ms: 60_000 });
    await store.audit({ at: 1, who: 'ann', action: 'token.revoke', detail: { jti: 'x' } });
    await store.audit({ at: 2, who: 'bob', action: 'token.revoke', detail: {} });
    const [newest] = await store.audits(1);
    expect(newest).toMatchObject({ at: 2, who: 'bob', action: 'token.revoke', detail: {} });
    expect((await store.audits(5, newest?.id)).map((each) => each.who)).toEqual(['ann']);
  });

  it('takes every text: what no database holds in one is replaced', async () => {
    const odd = {
      entries: [{ car: 1, carNumber: '1', name: 'A\u0000nn', teamName: null, class: null, driver: 'A\u0000nn' }],
    };
    await store.save(part('sess_odd', { ...odd, laps: [{ ...lap(1, 1), driver: 'A\u0000nn \ud83d \\u0000' }] }));
    expect((await store.laps('sess_odd'))[0]?.driver).toBe('A\ufffdnn \ufffd \\u0000');
    await store.audit({ at: 3, who: 'ann\u0000', action: 'relay.pause', detail: { because: 'a\u0000 \ud83d' } });
    expect((await store.audits(1))[0]).toMatchObject({ who: 'ann\ufffd', detail: { because: 'a\ufffd \ufffd' } });
    await store.set('odd', { text: '\u0000' });
    expect(await store.setting('odd')).toEqual({ text: '\ufffd' });
  });

  it('says that all connections are held where they are, and not that the database is away', async () => {
    const pool = openDatabase(database.place, pino({ level: 'silent' }));
    let giveBack: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      giveBack = resolve;
    });
    const { max } = pool.pool;
    const held = Array.from({ length: max }, () =>
      pool
        .as('test')
        .connection()
        .execute(() => until),
    );
    await vi.waitFor(() => expect(pool.holders).toHaveLength(max));
    const waiting = new Store(pool);
    await expect(waiting.setting('never-set')).rejects.toThrow(PoolUsedUp);
    giveBack();
    await Promise.all(held);
    expect(await waiting.setting('never-set')).toBeNull();
    await waiting.close();
  });

  it('is there again by itself after its database died, with everything that was saved', async () => {
    await store.save(part('sess_before', { laps: [lap(1, 1)] }));
    await database.kill();
    await vi.waitFor(() => store.save(part('sess_after', { laps: [lap(1, 1)] })), { timeout: 30_000, interval: 100 });
    expect(await store.laps('sess_before')).toEqual([lap(1, 1)]);
    expect(await store.laps('sess_after')).toEqual([lap(1, 1)]);
  });
}

describe('the store on the embedded database', () => keepsSessions(embedded));

describe.skipIf(WITHOUT_POSTGRESQL)('the store on PostgreSQL', () => keepsSessions(postgresql));
