import type { SessionSummary } from '@okboxbox/protocol';
import pg from 'pg';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { Taps } from '../taps.js';
import { postgresql, WITHOUT_POSTGRESQL } from '../testing/databases.js';
import { Database, openPool } from './database.js';
import { Store } from './store.js';

/** A call of each of the store's methods. */
const CALLS: Readonly<Record<Exclude<keyof Store, 'close'>, (store: Store) => Promise<unknown>>> = {
  prepare: (store) => store.prepare(),
  save: (store) =>
    store.save({
      summary: { sessionId: 'sess_a', show: 'cup', startedAt: 1 } as SessionSummary,
      ended: null,
      entries: [],
      lapsStored: 0,
      eventsStored: 0,
      laps: [],
      events: [],
      final: null,
    }),
  forget: (store) => store.forget('sess_a'),
  sessions: (store) => store.sessions(),
  finalState: (store) => store.finalState('sess_a'),
  extent: (store) => store.extent('sess_a'),
  laps: (store) => store.laps('sess_a'),
  events: (store) => store.events('sess_a'),
  setting: (store) => store.setting('delay'),
  set: (store) => store.set('delay', 1),
  audit: (store) => store.audit({ at: 1, who: 'ann', action: 'x', detail: {} }),
  audits: (store) => store.audits(1),
};

it('every method of the store asks by its own name, and holds nothing when it was refused', async () => {
  const taps = new Taps();
  const asked: string[] = [];
  const waited: string[] = [];
  taps.query.listen((sql, _tookMs, error, callSite) => {
    expect([sql, error]).toEqual(['connect', expect.any(Error)]);
    asked.push(callSite);
  });
  taps.acquire.listen((_waitedMs, callSite) => waited.push(callSite));
  const database = new Database(openPool({ kind: 'embedded', host: '/nowhere' }, pino({ level: 'silent' })), taps);
  const store = new Store(database);
  for (const [method, call] of Object.entries(CALLS)) {
    asked.length = 0;
    waited.length = 0;
    await expect(call(store)).rejects.toThrow('ENOENT');
    expect(new Set(asked)).toEqual(new Set([`Store.${method}`]));
    expect(new Set(waited)).toEqual(new Set([`Store.${method}`]));
    expect(database.holders).toEqual([]);
  }
  await store.close();
});

it.skipIf(WITHOUT_POSTGRESQL)(
  'a statement that is given up waits no more in the database, and nothing waits behind it',
  async () => {
    const made = await postgresql();
    if (made.place.kind !== 'postgresql') throw new Error('not PostgreSQL');
    const other = new pg.Client({ connectionString: made.place.url });
    other.on('error', () => undefined);
    await other.connect();
    const database = new Database(openPool({ ...made.place, poolMax: 1 }, pino({ level: 'silent' }), 300), new Taps());
    const store = new Store(database);
    try {
      await store.prepare();
      await other.query('BEGIN; LOCK TABLE settings IN ACCESS EXCLUSIVE MODE');
      await expect(store.set('delay', 1)).rejects.toThrow('Query read timeout');
      expect(database.running).toEqual([]);
      await eventually(async () => {
        const waiting = await other.query('SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()');
        expect(waiting.rowCount).toBe(0);
      });
      // On a new connection: the old one is closed.
      expect(await store.sessions()).toEqual([]);
      await other.query('ROLLBACK');
      await store.set('delay', 2);
      expect(await store.setting('delay')).toBe(2);
    } finally {
      await store.close();
      await other.end();
      await made.drop();
    }
  },
);
