import { describe, expect, it } from 'vitest';
import { race } from '../testing/race.js';
import { serverForEachTest } from '../testing/running-server.js';
import { openApi } from './openapi.js';
import { type Document, problemsOf } from './testing/answer-check.js';

const server = serverForEachTest({
  DIAGNOSTICS_ENABLED: '1',
  OPS_UI_ENABLED: '1',
  DRILLS_ENABLED: '1',
  DATABASE_URL: 'postgresql://127.0.0.1:1/none',
});
const document = openApi() as Document;

/** Calls `path` of the document, each `{name}` of it replaced; gives the status and what is wrong with the answer. */
async function call(path: string, bearer?: string, params: Readonly<Record<string, string>> = {}) {
  const { $query = '', ...names } = params;
  const address = Object.entries(names).reduce((made, [name, value]) => made.replace(`{${name}}`, value), path);
  const answered = await server.get(`${address}${$query}`, bearer);
  return { status: answered.status, problems: problemsOf(document, 'get', path, answered) };
}

const fine = (status: number) => ({ status, problems: [] });

describe('real answers are as the document says', () => {
  it('without a token: health, the list, the documents, and refusals', async () => {
    await (await server.relay()).send(race(20), 1);
    for (const path of ['/api/health', '/api/health/ready', '/api/sessions']) {
      expect([path, await call(path)]).toEqual([path, fine(200)]);
    }
    for (const path of ['/api/sessions/{id}/timing', '/api/sessions/{id}/laps', '/api/diagnostics/build']) {
      expect([path, await call(path, undefined, { id: 'sess_none' })]).toEqual([path, fine(401)]);
    }
    expect(await call('/api/public/sessions/{id}/timing', undefined, { id: 'local' })).toEqual(fine(404));
    expect(await call('/api/sessions', 'nonsense')).toEqual(fine(401));
  });

  it('with rights: timing, laps, events, chunks and diagnostics of a race', async () => {
    const relay = await server.relay();
    await relay.send(race(200), 1);
    const { joined, viewer } = await server.viewer();
    const id = relay.sessionId;
    const [team, ops, admin] = [await server.token('team'), await server.token('ops'), await server.token('admin')];
    for (const name of ['timing', 'laps', 'events']) {
      const path = `/api/sessions/{id}/${name}`;
      expect([path, await call(path, team, { id })]).toEqual([path, fine(200)]);
    }
    expect(await call('/api/sessions', team)).toEqual(fine(200));
    expect(await call('/api/sessions/{id}/laps', team, { id, $query: '?car=x' })).toEqual(fine(400));
    expect(await call('/api/sessions/{id}/timing', team, { id: 'sess_none' })).toEqual(fine(404));
    const { epoch } = joined.state.topics;
    const chunk = '/api/sessions/{id}/topics/{topic}/{epoch}/{chunk}';
    expect(await call(chunk, team, { id, topic: 'gaps', epoch, chunk: '0' })).toEqual(fine(200));
    expect(await call(chunk, team, { id, topic: 'gaps', epoch: 'other', chunk: '0' })).toEqual(fine(404));
    expect(await call('/api/diagnostics/build', team)).toEqual(fine(403));
    const ofOperations = [
      'summary',
      'findings',
      'sockets',
      'sessions',
      'events',
      'history',
      'rooms',
      'traces',
      'database',
    ];
    const looks = [
      ...['/api/diagnostics/build', '/api/diagnostics/parity', '/api/drills'],
      ...ofOperations.map((name) => `/api/ops/${name}`),
    ];
    for (const path of looks) {
      expect([path, await call(path, path === '/api/drills' ? admin : ops)]).toEqual([path, fine(200)]);
    }
    const flow = '/api/diagnostics/flow';
    expect(await call(flow, ops, { $query: `?sessionId=${id}` })).toEqual(fine(200));
    expect(await call(flow, ops)).toEqual(fine(400));
    const why = '/api/ops/sockets/{socketId}/why';
    expect(await call(why, ops, { socketId: viewer.id ?? '' })).toEqual(fine(200));
    expect(await call(why, ops, { socketId: 'none' })).toEqual(fine(404));
    // The database of this test is away.
    expect(await call('/api/ops/audit', ops)).toEqual(fine(503));
  });

  it('tells an answer with a wrong type, a missing and an unnamed field from one that is right', () => {
    const right = { status: 'ok', version: '1', uptimeMs: 1, checks: { disk: { status: 'ok', detail: 'fine' } } };
    const check = (body: object) =>
      problemsOf(document, 'get', '/api/health', { status: 200, type: 'application/json', body }).length;
    expect(check(right)).toBe(0);
    expect(check({ ...right, uptimeMs: '1' })).toBeGreaterThan(0);
    expect(check({ ...right, checks: undefined })).toBeGreaterThan(0);
    expect(check({ ...right, secret: 'x' })).toBeGreaterThan(0);
  });

  it('serves the document as it is committed, to everyone', async () => {
    const { status, body } = await server.get('/api/openapi.json');
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(JSON.stringify(document)));
  });
});
