import type { OpsEventsAnswer, OpsSummary } from '@okboxbox/protocol';
import { describe, expect, it, vi } from 'vitest';
import { postgresql, WITHOUT_POSTGRESQL } from '../testing/databases.js';
import { race } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';
import { statementName } from './database-figures.js';

const { token, relay, get, restart } = serverForEachTest({ OPS_UI_ENABLED: '1' });

async function summary(): Promise<OpsSummary> {
  return (await get<OpsSummary>('/api/ops/summary', await token('ops'))).body;
}
/** Waits until the database has stored something, and gives what is known of it. */
const database = () =>
  vi.waitFor(
    async () => {
      const { database: known } = await summary();
      expect(known.state).toBe('ok');
      expect(known.queryMsP95).toBeGreaterThan(0);
      expect(known.heldMsP95).toBeGreaterThan(0);
      return known;
    },
    { timeout: 20_000 },
  );

describe('the database’s figures', () => {
  it('are those of the embedded database’s pool', async () => {
    await (await relay()).send(race(10), 1);
    expect(await database()).toMatchObject({ kind: 'embedded', pool: { max: 1, total: 1, waiting: 0 } });
  });

  it.skipIf(WITHOUT_POSTGRESQL)('are those of PostgreSQL’s pool, and its errors are told', async () => {
    const made = await postgresql();
    if (made.place.kind !== 'postgresql') throw new Error('not PostgreSQL');
    await restart(() => undefined, { DATABASE_URL: made.place.url, DATABASE_POOL_MAX: '3' });
    await (await relay()).send(race(10), 1);
    const known = await database();
    expect(known).toMatchObject({ kind: 'postgresql', pool: { max: 3, waiting: 0 } });
    expect(known.pool.total).toBeGreaterThan(0);
    // What is asked next fails, and nothing of the address it fails at is told.
    await made.drop();
    await vi.waitFor(
      async () => {
        const { body } = await get<OpsEventsAnswer>('/api/ops/events?type=error', await token('ops'));
        expect(body.events.map(({ event }) => event)).toContain('db_error');
        expect(JSON.stringify(body)).not.toContain('postgresql://');
        expect((await summary()).errors.bySubsystem.database).toBeGreaterThan(0);
      },
      { timeout: 20_000 },
    );
    await restart();
  });
});

it.each([
  ['insert into "laps" ("session_id", "body") values ($1, $2)', 'insert laps'],
  ['select "value" from "settings" where "key" = $1', 'select settings'],
  ['UPDATE sessions SET x = $1', 'update sessions'],
  ['begin', 'begin'],
  ['something else with a secret', 'other'],
])('%s is named %s', (sql, name) => {
  expect(statementName(sql)).toBe(name);
});
