import { pino } from 'pino';
import { expect, it } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import { type Act, AuditTrail } from './audit-trail.js';

const act = (n: number): Act => ({ at: n, who: 'ann', action: 'publish', detail: { n } });

/** A trail over a database that is there or not, and retries when the test says so. */
function trailOver() {
  const stored: number[] = [];
  const logged: unknown[] = [];
  const database = { isThere: true };
  let retry: () => void = () => undefined;
  const store = {
    audit: async ({ at }: Act) => {
      if (!database.isThere) throw new Error('connection refused');
      stored.push(at);
    },
  };
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(JSON.parse(line)) });
  const later = (run: () => void): NodeJS.Timeout => {
    retry = run;
    return setTimeout(() => undefined, 0);
  };
  const trail = new AuditTrail({ store, log, setTimeout: later });
  return { trail, stored, logged, database, retry: () => retry() };
}

it('stores acts in the order in which they were done, also those of while the database was away', async () => {
  const { trail, stored, logged, database, retry } = trailOver();
  trail.note(act(1));
  await eventually(() => expect(stored).toEqual([1]));
  database.isThere = false;
  trail.note(act(2));
  trail.note(act(3));
  await eventually(() => expect(trail.waiting).toBe(2));
  database.isThere = true;
  await eventually(() => {
    retry();
    expect(stored).toEqual([1, 2, 3]);
  });
  await eventually(() => expect(trail.waiting).toBe(0));
  expect(logged).toEqual([]);
});

it('logs what it cannot store before the server ends', async () => {
  const { trail, stored, logged, database } = trailOver();
  database.isThere = false;
  trail.note(act(1));
  await trail.close();
  expect(stored).toEqual([]);
  expect(logged).toMatchObject([{ who: 'ann', action: 'publish', at: 1 }]);
});

it('stores what waits when the server ends', async () => {
  const { trail, stored, database } = trailOver();
  database.isThere = false;
  trail.note(act(1));
  await eventually(() => expect(trail.waiting).toBe(1));
  database.isThere = true;
  await trail.close();
  expect(stored).toEqual([1]);
});

it('logs what is done while the server ends, when nothing is stored any more', async () => {
  const { trail, stored, logged } = trailOver();
  await trail.close();
  trail.note(act(1));
  expect(logged).toMatchObject([{ who: 'ann', action: 'publish', at: 1 }]);
  expect([stored, trail.waiting]).toEqual([[], 0]);
});

it('keeps a bounded number of acts, and logs those beyond', async () => {
  const { trail, logged, database } = trailOver();
  database.isThere = false;
  for (let n = 0; n < 1_002; n++) trail.note(act(n));
  expect(trail.waiting).toBe(1_000);
  expect(logged).toMatchObject([{ at: 1_000 }, { at: 1_001 }]);
  await trail.close();
});
