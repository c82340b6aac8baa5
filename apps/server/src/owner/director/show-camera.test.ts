import type { CameraAnswer, DeskState, Role } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { HELLO } from '../../testing/hellos.js';
import { batch, race } from '../../testing/race.js';
import { RELAY_STATUS } from '../../testing/relay-status.js';
import { serverForEachTest } from '../../testing/running-server.js';

const { socket, token, post, get } = serverForEachTest({ OPS_UI_ENABLED: '1' });

interface Pc {
  readonly role?: Role;
  readonly relayId?: string;
  readonly claims?: object;
  /** What the relay says of its camera; absent: nothing. */
  readonly control?: 'accepts' | 'off' | 'unable';
  /** What it answers; absent: nothing, ever. */
  readonly answer?: CameraAnswer | string;
  /** The car that its camera shows. */
  readonly car?: number;
}

/** A PC that feeds the race, and what it was asked. */
async function pc({ role = 'camera', relayId = 'caster', claims = {}, control, answer, car }: Pc = {}) {
  const made = socket('/relay', { token: await token(role, { shows: ['local'], ...claims }) });
  const asked: unknown[] = [];
  made.on('relay:camera', (request: unknown, acknowledge: (answer: unknown) => void) => {
    asked.push(request);
    if (answer !== undefined) acknowledge(answer);
  });
  const hello = { ...HELLO, relayId, run: relayId, playback: false };
  expect(await made.emitWithAck('relay:hello', hello)).toMatchObject({ ok: true });
  const records = car === undefined ? race(5) : race(5).map((each) => ({ ...each, camera: { car } }));
  const send = (first: number, more = records) => made.emitWithAck('relay:frames', Buffer.from(batch(more, first)));
  await send(1);
  if (control !== undefined) await made.emitWithAck('relay:status', { ...RELAY_STATUS, camera: control });
  return { asked, made };
}

const act = async (body: object, bearer?: string) =>
  post<{ ok?: true; relayId?: string; detail?: string }>(
    '/api/shows/local/acts/camera',
    body,
    bearer ?? (await token('director')),
  );

async function desk(): Promise<DeskState> {
  const made = socket('/', { token: await token('director'), clientKind: 'director' });
  return (await made.emitWithAck('director:join', { show: 'local' })).desk;
}

describe('a request to the camera of the sim', () => {
  it("goes to the broadcaster's PC that accepts it, by HTTP and by socket, and the answer names it", async () => {
    const { asked } = await pc({ control: 'accepts', answer: { asked: true } });
    expect(await act({ next: true })).toMatchObject({ status: 200, body: { ok: true, relayId: 'caster' } });
    const director = socket('/', { token: await token('director') });
    expect(await director.emitWithAck('show:camera', { show: 'local', car: 2 })).toMatchObject({
      ok: true,
      show: 'local',
      relayId: 'caster',
    });
    expect(asked).toEqual([{ next: true }, { car: 2 }]);
  });

  it('stands in the audit trail and among the acts of the desk, with the car that was shown before', async () => {
    await pc({ control: 'accepts', answer: { asked: true }, car: 1 });
    await act({ next: true });
    await act({ car: 0 });
    expect((await desk()).acts).toMatchObject([
      { who: 'director', act: 'show:camera', from: '12', to: '11' },
      { who: 'director', act: 'show:camera', from: '12', to: null },
    ]);
    await eventually(async () => {
      const { body } = await get<object>('/api/ops/audit', await token('admin'));
      expect(JSON.stringify(body)).toContain('"show:camera"');
    });
  });

  it('is refused where nobody can take it, and says why and what to do', async () => {
    const refusal = async () => {
      const { status, body } = await act({ next: true });
      return [status, body.detail];
    };
    expect(await refusal()).toEqual([503, expect.stringContaining("No broadcaster's PC is connected")]);
    const driver = await pc({ role: 'relay', relayId: 'driver', control: 'accepts', answer: { asked: true } });
    expect(await refusal()).toEqual([503, expect.stringContaining("No broadcaster's PC is connected")]);
    expect(driver.asked).toEqual([]);
    const caster = await pc({ control: 'off', answer: { asked: true } });
    expect(await refusal()).toEqual([503, 'caster does not accept camera requests: set RELAY_CAMERA_CONTROL=1 there.']);
    await caster.made.emitWithAck('relay:status', { ...RELAY_STATUS, camera: 'unable' });
    expect(await refusal()).toEqual([503, expect.stringContaining('caster reads no sim whose camera can be asked')]);
    expect(caster.asked).toEqual([]);
    expect((await desk()).acts).toEqual([]);
  });

  it('gives the reason of a PC that does not ask its sim, and says where it does not answer', async () => {
    const first = await pc({ control: 'accepts', answer: { asked: false, because: 'The sim is in no session.' } });
    expect((await act({ next: true })).body.detail).toBe('caster did not ask its sim. The sim is in no session.');
    first.made.disconnect();
    for (const answer of [undefined, 'nonsense'] as const) {
      const other = await pc({ relayId: 'other', control: 'accepts', ...(answer !== undefined && { answer }) });
      await eventually(async () => expect((await desk()).camera?.relayId).toBe('other'));
      expect((await act({ next: true })).body.detail).toMatch(/^other did not answer in time\./);
      other.made.disconnect();
    }
    expect((await desk()).acts).toEqual([]);
  });

  it('needs the right of a director, one wish at a time, and not many of them in a second', async () => {
    await pc({ control: 'accepts', answer: { asked: true } });
    const missing = { capability: 'racebox:director:control' };
    expect(await act({ next: true }, await token('camera'))).toMatchObject({ status: 403, body: missing });
    expect(await act({ next: true }, await token('director', { shows: ['other'] }))).toMatchObject({ status: 403 });
    expect((await act({})).status).toBe(400);
    expect((await act({ next: true, car: 1 })).status).toBe(400);
    const bearer = await token('director', { jti: 'one' });
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => (await act({ next: true }, bearer)).status),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  });
});

describe('the camera on the desk', () => {
  it('is the PC that accepts requests, of several the one that the show believes', async () => {
    expect((await desk()).camera).toBeNull();
    await pc({ control: 'off', car: 1 });
    expect((await desk()).camera).toEqual({ relayId: 'caster', control: 'off', car: 1 });
    await pc({ relayId: 'second', control: 'accepts' });
    expect((await desk()).camera).toEqual({ relayId: 'second', control: 'accepts', car: 1 });
  });

  it('says nothing of a PC whose token does not have the capability', async () => {
    await pc({ role: 'relay', relayId: 'driver', control: 'accepts' });
    expect((await desk()).camera).toBeNull();
    await pc({ role: 'relay', relayId: 'caster', claims: { caps: ['broadcast:camera'] } });
    expect((await desk()).camera).toEqual({ relayId: 'caster', control: 'unable', car: null });
  });
});
