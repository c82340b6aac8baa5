import type { DeskState, DryRun, DryRunLine } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { url, token, socket, relay, post, get, restart } = serverForEachTest();

interface Director {
  readonly call: Socket['emitWithAck'];
  readonly desk: () => DeskState;
}

async function director(sub = 'anna'): Promise<Director> {
  const made = socket('/', { token: await token('director', { sub }), clientKind: 'director' });
  let newest: DeskState | null = null;
  made.on('desk', (state: DeskState) => {
    newest = state;
  });
  const joined = await made.emitWithAck('director:join', { show: 'local' });
  newest ??= joined.desk as DeskState;
  return { call: (event, ...args) => made.emitWithAck(event, ...args), desk: () => newest as DeskState };
}

async function dryRun(query = ''): Promise<DryRunLine[]> {
  const response = await fetch(`${url()}/api/shows/local/auto/dry-run${query}`, {
    headers: { authorization: `Bearer ${await token('director')}` },
  });
  expect(response.status).toBe(200);
  return (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DryRunLine);
}

describe('a show that runs itself', () => {
  it('airs what is worth showing with the picture; both directors see it, and a cue takes control', async () => {
    const { send } = await relay();
    await send(race(20), 1);
    const [anna, ben] = [await director('anna'), await director('ben')];
    const overlay = socket('/', { token: await token('overlay') });
    expect(await anna.call('show:auto', { show: 'local', on: true })).toMatchObject({ ok: true, stored: true });
    await eventually(() => {
      for (const { desk } of [anna, ben]) {
        expect(desk().auto).toMatchObject({ isRunning: true, heldBy: null, aired: [{ kind: 'start' }] });
        expect(desk().cued.flag).toMatchObject({ flag: 'green' });
      }
    });
    await eventually(async () => {
      const joined = await overlay.emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
      expect(joined.state?.onAir.flag).toMatchObject({ flag: 'green' });
    });
    // Who cues has taken control; the other one sees who it was.
    await ben.call('broadcast:cue', { show: 'local', set: { driver: { car: 1 } } });
    await eventually(() => expect(anna.desk().auto).toMatchObject({ isRunning: false, heldBy: 'ben', next: null }));
    expect(anna.desk().acts.map(({ who, act, to }) => [who, act, to])).toEqual([
      ['ben', 'show:auto', 'held'],
      ['ben', 'broadcast:cue', 'driver picture'],
      ['anna', 'show:auto', 'running'],
    ]);
  });

  it('goes on after a restart, with its rules', async () => {
    const { call } = await director();
    await call('show:auto', { show: 'local', on: true, rules: { battle: { on: false, holdS: 25 } } });
    await restart();
    const { desk } = await director();
    expect(desk().auto).toMatchObject({ isRunning: true, rules: { battle: { on: false, holdS: 25 } } });
    expect(desk().auto.rules.start.on).toBe(true);
  });

  it('its rules and its running can be undone', async () => {
    const { call, desk } = await director();
    await call('show:auto', { show: 'local', on: true, rules: { battle: { on: false } } });
    await eventually(() => expect(desk().undo?.says).toBe('let the show run by itself'));
    expect(await call('show:undo', { show: 'local' })).toMatchObject({ ok: true });
    await eventually(() => expect(desk().auto).toMatchObject({ isRunning: false, rules: { battle: { on: true } } }));
  });

  it('is turned on and held over HTTP as well; what makes no sense is refused', async () => {
    const act = async (body: object) => post('/api/shows/local/acts/auto', body, await token('director'));
    expect(await act({ on: true })).toMatchObject({ status: 200, body: { ok: true, show: 'local', stored: true } });
    const { desk } = await director();
    expect(desk().auto.isRunning).toBe(true);
    await act({ on: false });
    await eventually(() => expect(desk().auto).toMatchObject({ isRunning: false, heldBy: 'director' }));
    for (const body of [{}, { rules: { battle: { holdS: 1 } } }, { rules: { weather: { on: true } } }]) {
      expect((await act(body)).status).toBe(400);
    }
  });

  it('a dry run tells what it would have aired over a session of the show, whatever was cued in it', async () => {
    const { send, sessionId } = await relay();
    await send(race(60), 1);
    const { call } = await director();
    await call('broadcast:cue', { show: 'local', set: { flag: { flag: 'red' } } });
    const run: DryRun = {
      sessionId,
      fromMs: 100_000,
      toMs: 105_000,
      aired: [
        { kind: 'grid', words: 'Starting grid', atMs: 100_000, shownMs: 5_000 },
        { kind: 'start', words: 'The race starts', atMs: 105_000, shownMs: 8_000 },
      ],
      found: { grid: 1, start: 1 },
    };
    expect((await dryRun()).at(-1)).toEqual({ dryRun: run });
    expect((await dryRun(`?session=${sessionId}`)).at(-1)).toEqual({ dryRun: run });
    const unknown = await get('/api/shows/local/auto/dry-run?session=sess_none', await token('director'));
    expect(unknown.status).toBe(404);
    const elsewhere = await get(`/api/shows/other/auto/dry-run?session=${sessionId}`, await token('director'));
    expect(elsewhere.status).toBe(404);
  });
});
