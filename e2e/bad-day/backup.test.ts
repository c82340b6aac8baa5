import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeskState } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { postgresql, type TestDatabase, WITHOUT_POSTGRESQL } from '../../apps/server/src/testing/databases.js';
import { stop, temporaryData, tokenOf } from '../okboxbox.js';
import { expectSameRace, RaceNight } from './race-night.js';

const SCRIPTS = fileURLToPath(new URL('../../deploy/backup/', import.meta.url));
const SOON = { timeout: 60_000, interval: 50 };
/** Longer than the second race has lasted when the server is killed. */
const DELAY_MS = 90_000;

let night: RaceNight;
let database: TestDatabase | null = null;
let elsewhere: ReturnType<typeof temporaryData>;
beforeEach(() => {
  elsewhere = temporaryData();
});
afterEach(async () => {
  await night.end();
  await database?.drop();
  database = null;
  // The database of a server that was killed writes for some seconds more.
  await rm(elsewhere.dir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
});

const script = (name: string, args: readonly string[], env: Readonly<Record<string, string>>) =>
  execFileSync(join(SCRIPTS, name), args, { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8', stdio: 'pipe' });

/** Makes calls of a director, and gives its desk as it is then. */
async function direct(...calls: readonly [string, object][]): Promise<{ desk: DeskState; answers: { ok: boolean }[] }> {
  const director = io(night.url, { auth: { token: await tokenOf(night.data.dir, 'director') }, forceNew: true });
  const answers = [];
  for (const [event, body] of calls) answers.push(await director.emitWithAck(event, { show: 'local', ...body }));
  const { desk } = await director.emitWithAck('director:join', { show: 'local' });
  director.disconnect();
  for (const answer of answers) expect(answer).toMatchObject({ ok: true });
  return { desk, answers };
}

const call = async (path: string, token: string, body?: object) =>
  fetch(`${night.url}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
const publicStatus = async (sessionId: string) =>
  (await fetch(`${night.url}/api/public/sessions/${sessionId}/timing`)).status;

async function isRestoredInMidRace(makeEnv: () => Promise<Record<string, string>>, emptyEnv: typeof makeEnv) {
  night = await RaceNight.begin();
  const env = { OPS_UI_ENABLED: '1', ...(await makeEnv()) };
  const server = await night.serve(env);
  const first = await night.relay('demo:backup1,cars=20,minutes=3', 'max');
  expect(await first.ended).toBe(0);
  const { sessionId: ended } = await night.ended();
  const { answers } = await direct(
    ['broadcast:delay:set', { delayMs: 0, publicExtraMs: 0, mode: 'jump' }],
    ['broadcast:publish', { published: true }],
    ['link:create', { kind: 'overlay', label: 'kept' }],
    ['link:create', { kind: 'overlay', label: 'revoked' }],
  );
  await vi.waitFor(async () => expect(await publicStatus(ended)).toBe(200), SOON);
  const code = (answers[3] as unknown as { link: { code: string } }).link.code;
  await direct(['broadcast:delay:set', { delayMs: DELAY_MS, publicExtraMs: 5_000 }], ['link:revoke', { code }]);
  const admin = await tokenOf(night.data.dir, 'admin');
  const revoked = await tokenOf(night.data.dir, 'team');
  const { jti } = JSON.parse(Buffer.from(revoked.split('.')[1] ?? '', 'base64url').toString());
  expect((await call('/api/tokens/revoke', admin, { jti })).status).toBe(200);

  const relay = await night.relay('demo:backup2,cars=20,minutes=30', '20');
  await vi.waitFor(async () => expect((await night.sessions())[0]?.status).toBe('live'), SOON);
  const [{ sessionId: running = '' } = {}] = await night.sessions();
  await vi.waitFor(async () => expect((await night.results(running)).laps.length).toBeGreaterThan(20), SOON);
  const atBackup = await night.results(running);
  const endedBefore = await night.results(ended);
  const deskBefore = (await direct()).desk;
  expect([await publicStatus(ended), await publicStatus(running)]).toEqual([200, 404]);

  const backup = join(elsewhere.dir, 'backup');
  script('backup.sh', [night.data.dir, backup], env);
  const clockAtBackup = await night.clock();
  await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(clockAtBackup + 20), SOON);
  expect(await stop(server, 'SIGKILL')).toBe('SIGKILL');

  // Another folder and another database, in which nothing is.
  const restored = join(elsewhere.dir, 'restored');
  const emptyDatabase = await emptyEnv();
  expect(script('restore.sh', [backup, restored], emptyDatabase)).toContain('Restored what there was at 20');
  await night.serve({ OPS_UI_ENABLED: '1', ...emptyDatabase }, restored);

  // What is on air is made again from the timelines, behind the start.
  await vi.waitFor(async () => expect(await publicStatus(ended)).toBe(200), SOON);
  expect(await publicStatus(running)).toBe(404);
  expectSameRace(await night.results(ended), endedBefore);
  const found = await night.results(running);
  expect(found.laps.slice(0, atBackup.laps.length)).toEqual(atBackup.laps);
  expect(found.events.slice(0, atBackup.events.length)).toEqual(atBackup.events);
  const { desk } = await direct();
  const kept = ({ links, published, scenes, delay }: DeskState) => ({
    ...{ links, published, scenes },
    delays: [delay?.delayMs, delay?.publicExtraMs],
  });
  expect(kept(desk)).toEqual(kept(deskBefore));
  expect(desk.links.map(({ label, revokedAt }) => [label, revokedAt !== null])).toEqual(
    expect.arrayContaining([
      ['kept', false],
      ['revoked', true],
    ]),
  );
  expect((await call('/api/sessions', revoked)).status).toBe(401);
  await vi.waitFor(
    async () => expect((await night.health()).checks.database?.detail).toBe('Laps and race events are being stored.'),
    SOON,
  );

  // The relay goes on with the same session. What it had sent since the backup is not there any more, and it says so.
  await vi.waitFor(async () => expect(await night.clock()).toBeGreaterThan(clockAtBackup + 60), SOON);
  expect((await night.sessions()).map(({ sessionId }) => sessionId).sort()).toEqual([ended, running].sort());
  const summary = await (await call('/api/ops/summary', admin)).text();
  expect(summary).toMatch(/"sent_elsewhere":[1-9]/);
  await stop(relay);
  // It was the delay that kept it off the air.
  await direct(['broadcast:delay:set', { delayMs: 0, publicExtraMs: 0, mode: 'jump' }]);
  await vi.waitFor(async () => expect(await publicStatus(running)).toBe(200), SOON);
  return { admin, ended, endedBefore };
}

describe('a backup of a running server, restored in mid-race', () => {
  it('has everything of then with the embedded database, and one session of it goes to another server', {
    timeout: 240_000,
  }, async () => {
    const none = async () => ({});
    const { ended, endedBefore } = await isRestoredInMidRace(none, none);
    expect(readdirSync(join(elsewhere.dir, 'backup/data'))).not.toContain('database');

    const other = join(elsewhere.dir, 'other');
    mkdirSync(join(other, 'sessions'), { recursive: true });
    cpSync(join(elsewhere.dir, 'backup/data/sessions', ended), join(other, 'sessions', ended), { recursive: true });
    await night.end();
    night = await RaceNight.begin();
    const server = await night.serve({}, other);
    expectSameRace(await night.results(ended), endedBefore);
    expect(await stop(server)).toBe(0);
  });

  it.skipIf(WITHOUT_POSTGRESQL)(
    'has everything of then with PostgreSQL, its audit trail as well',
    {
      timeout: 240_000,
    },
    async () => {
      const before = await postgresql();
      try {
        const urlOf = ({ place }: TestDatabase) => ({ DATABASE_URL: place.kind === 'postgresql' ? place.url : '' });
        const { admin } = await isRestoredInMidRace(
          async () => urlOf(before),
          async () => {
            database = await postgresql();
            return urlOf(database);
          },
        );
        const audit = await (await call('/api/ops/audit', admin)).text();
        expect(audit).toContain('broadcast:delay:set');
        expect(audit).toContain('link:revoke');
      } finally {
        await night.end();
        await before.drop();
      }
    },
  );
});

describe('the scripts', () => {
  it('refuse a folder that is none of a server, a backup that was not finished, and to overwrite anything', {
    timeout: 60_000,
  }, async () => {
    night = await RaceNight.begin();
    const refused = (name: string, ...args: string[]) => {
      const { status, stderr } = spawnSync(join(SCRIPTS, name), args, { encoding: 'utf8' });
      return [status, stderr.trim().split('\n')[0]];
    };
    const inside = (name: string) => join(elsewhere.dir, name);
    mkdirSync(inside('empty'));
    expect(refused('backup.sh', inside('empty'), inside('new'))).toEqual([
      1,
      `${inside('empty')} is not the data folder of a server.`,
    ]);
    expect(existsSync(inside('new'))).toBe(false);
    expect(refused('restore.sh', inside('empty'), inside('new'))).toEqual([
      1,
      `${inside('empty')} is not a backup that was finished.`,
    ]);
    await night.serve();
    script('backup.sh', [night.data.dir, inside('backup')], {});
    expect(refused('backup.sh', night.data.dir, inside('backup'))[1]).toContain('is there already');
    expect(refused('restore.sh', inside('backup'), night.data.dir)[1]).toContain('is not empty');
  });
});
