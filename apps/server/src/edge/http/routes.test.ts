import type { Lap, SessionSummary, TimingAnswer } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race, sessionLine } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { url, signInCode, overlayLink, restart, token, relay, viewer, get } = serverForEachTest();

describe('the HTTP calls', () => {
  it('answer health to everyone', async () => {
    const { status, body } = await get<object>('/api/health');
    expect([status, body]).toEqual([
      200,
      {
        status: 'ok',
        version: '0.0.0-test',
        uptimeMs: expect.any(Number),
        checks: {
          timeline: expect.objectContaining({ status: 'ok' }),
          database: expect.objectContaining({ status: 'ok' }),
          sessions: { status: 'ok', detail: 'All sessions can be read.' },
        },
      },
    ]);
    expect((await get('/api/health/ready')).status).toBe(200);
  });

  it('sign in with a one-time code, once', async () => {
    const code = signInCode();
    const post = (body: unknown) =>
      fetch(`${url()}/api/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const answer = (await (await post({ code })).json()) as { token: string; role: string };
    expect(answer.role).toBe('admin');
    expect((await get<[]>('/api/sessions', answer.token)).status).toBe(200);
    const again = await post({ code });
    expect([again.status, again.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    expect((await post({})).status).toBe(400);
  });

  it('list nothing to strangers, and refuse with the capability', async () => {
    const { sessionId } = await relay();
    expect((await get('/api/sessions')).body).toEqual([]);
    const refused = await get(`/api/sessions/${sessionId}/timing`);
    expect(refused).toMatchObject({
      status: 401,
      type: 'application/problem+json',
      body: { status: 401, capability: 'session:live' },
    });
    expect(await get(`/api/sessions/${sessionId}/laps`, await token('viewer'))).toMatchObject({
      status: 403,
      body: { capability: 'session:live' },
    });
    expect(await get(`/api/sessions/sess_none/timing`, await token('team'))).toMatchObject({ status: 404 });
    expect(await get('/api/sessions', 'wrong')).toMatchObject({ status: 401 });
    expect(await get('/api/nothing')).toMatchObject({ status: 404, type: 'application/problem+json' });
    expect(await get(`/api/sessions/${sessionId}/laps?car=x`, await token('team'))).toMatchObject({ status: 400 });
  });

  it('give laps by the index of a car, or by its number exactly as the sim writes it', async () => {
    const line = sessionLine();
    const entries = line.entries.map((entry, i) => ({ ...entry, carNumber: ['7', '07', '7'][i] ?? entry.carNumber }));
    const { sessionId, send } = await relay();
    await send([{ ...line, entries }, ...race(600).slice(1)], 1);
    const team = await token('team');
    const cars = async (query: string) => {
      const { body } = await get<Lap[]>(`/api/sessions/${sessionId}/laps?${query}`, team);
      return [...new Set(body.map(({ car }) => car))].sort();
    };
    expect(await cars('car=1')).toEqual([1]);
    expect(await cars('carNumber=07')).toEqual([1]);
    expect(await cars('carNumber=7')).toEqual([0, 2]);
    expect(await cars('carNumber=7&car=2')).toEqual([2]);
    expect(await cars('carNumber=007')).toEqual([]);
  });

  it('answer the timing of a past moment, of a running session and of an ended one', async () => {
    const { relay: socket, sessionId, send } = await relay();
    await send(race(600), 1);
    const team = await token('team');
    const at = async (sessionTime: number) =>
      (await get<TimingAnswer>(`/api/sessions/${sessionId}/timing?sessionTime=${sessionTime}`, team)).body;
    const past = await at(130.04);
    expect(past.sessionTime).toBeCloseTo(130, 6);
    expect(past.entries[0]).toMatchObject({ carNumber: '11', lapsCompleted: 1 });
    expect(past.entries[0]?.progress).toBeCloseTo(1.49, 3);
    const newest = await at(1e9);
    expect(newest.sessionTime).toBeCloseTo(159.9, 6);

    await new Promise((resolve) => socket.emit('relay:bye', { reason: 'finished' }, resolve));
    await eventually(async () =>
      expect((await get<SessionSummary[]>('/api/sessions', team)).body[0]?.status).toBe('ended'),
    );
    expect(await at(130.04)).toEqual(past);
    expect(await get(`/api/sessions/${sessionId}/timing?sessionTime=soon`, team)).toMatchObject({ status: 400 });
  });

  it('name the logs of a running session, whose chunks can be asked for', async () => {
    const { send, sessionId } = await relay();
    await send(race(600), 1);
    const { joined } = await viewer();
    const team = await token('team');
    const { epoch } = joined.state.topics;
    await eventually(async () => {
      const { body } = await get<TimingAnswer>(`/api/sessions/${sessionId}/timing`, team);
      expect(body.sessionTime).toBeCloseTo(159.9, 6);
      expect(body.topics).toMatchObject({ epoch, laps: 6 });
    });
    const chunk = await get(`/api/sessions/${sessionId}/topics/laps/${epoch}/0`, team);
    expect(chunk).toMatchObject({ status: 200, body: { topic: 'laps' } });
  });

  it('answer the timing of an ended session while a relay sends what is missing of it', async () => {
    const first = await relay();
    await first.send(race(300), 1);
    await new Promise((resolve) => first.relay.emit('relay:bye', { reason: 'finished' }, resolve));
    first.relay.disconnect();
    const late = await relay();
    expect(late.sessionId).toBe(first.sessionId);
    await late.send(race(600).slice(300), 301);
    const team = await token('team');
    await eventually(async () => {
      const { status, body } = await get<TimingAnswer>(`/api/sessions/${first.sessionId}/timing`, team);
      expect([status, body.sessionTime]).toEqual([200, expect.closeTo(159.9, 6)]);
      expect(body.topics?.laps).toBeGreaterThan(0);
    });
  });

  it('refuse a body of 10 MB with a problem document', async () => {
    const response = await fetch(`${url()}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `"${'x'.repeat(10_000_000)}"`,
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([413, 'application/problem+json']);
  });
});

it('gives the person who starts it one link for OBS, the same after a restart', async () => {
  const code = await overlayLink('local');
  expect(await overlayLink('local')).toBe(code);
  await restart();
  expect(await overlayLink('local')).toBe(code);
  expect((await get(`/api/shows/local/state?link=${code}`)).status).toBe(200);
  expect((await get(`/api/shows/other/state?link=${code}`)).status).toBe(403);
});
