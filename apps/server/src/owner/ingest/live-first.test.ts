import type { FeedState, Lap, RaceEvent, SourceRecord, TimingAnswer } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import { race } from '../../testing/race.js';
import { serverForEachTest, type TestRelay } from '../../testing/running-server.js';

const { token, socket, relay, viewer, get, url, timingOf, restart } = serverForEachTest();

const COUNT = 1_201;
const RECORDS = race(COUNT - 1);
const records = (from: number, to: number): SourceRecord[] => RECORDS.slice(from - 1, to);
const give = ({ send }: TestRelay, from: number, to: number) => send(records(from, to), from);
const ahead = ({ relay: rig }: TestRelay, from: number, to: number) =>
  rig.emitWithAck('relay:ahead', { from, to }) as Promise<object>;

/** What a session came to, except its name, when its frames came, and the epoch of its logs. */
async function resultOf(sessionId: string) {
  const team = await token('team');
  // How far the logs have come is named once a session has ended; the rows themselves are compared below.
  const { sessionId: _, at: __, topics: ___, ...timing } = await timingOf(sessionId);
  const { body: laps } = await get<Lap[]>(`/api/sessions/${sessionId}/laps`, team);
  const { body: events } = await get<RaceEvent[]>(`/api/sessions/${sessionId}/events`, team);
  return { timing, laps, events };
}

async function inOrder() {
  const rig = await relay({ run: 'in order' });
  await give(rig, 1, COUNT);
  return resultOf(rig.sessionId);
}

async function framesOf(sessionId: string): Promise<number[]> {
  const answer = await fetch(`${url()}/api/sessions/${sessionId}/recording`, {
    headers: { authorization: `Bearer ${await token('team')}` },
  });
  const lines = (await answer.text()).trim().split('\n');
  return lines.flatMap((line) => {
    const record = JSON.parse(line) as { kind: string; sessionTime: number };
    return record.kind === 'frame' ? [Math.round(record.sessionTime * 10) - 1_000] : [];
  });
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a relay that sends live frames before its backlog', () => {
  it('may leave out 100 parts at once, and another one when one of them is here', async () => {
    const rig = await relay();
    await give(rig, 1, 1);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => 2 * (i + 1)).flatMap((seq) => [
        ahead(rig, seq, seq),
        give(rig, seq + 1, seq + 1),
      ]),
    );
    for (const answer of answers) expect(answer).toMatchObject({ ok: true });
    expect(await ahead(rig, 202, 202)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    // Said again, since its answer was lost, it is no more than it was.
    expect(await ahead(rig, 200, 200)).toMatchObject({ ok: true });
    expect(await give(rig, 2, 2)).toMatchObject({ ok: true });
    expect(await ahead(rig, 202, 202)).toMatchObject({ ok: true });
  });

  it('WIR-15: is told what is synced, as ranges, and may send the rest later in order', async () => {
    const rig = await relay();
    await give(rig, 1, 100);
    expect(await ahead(rig, 101, 800)).toEqual({ ok: true, have: [[1, 100]] });
    expect(await give(rig, 801, 900)).toEqual({
      ok: true,
      have: [
        [1, 100],
        [801, 900],
      ],
    });
    expect(await give(rig, 101, 150)).toEqual({
      ok: true,
      have: [
        [1, 150],
        [801, 900],
      ],
    });
    // Once more, behind something that is missing, and what has come already.
    expect(await ahead(rig, 101, 800)).toEqual({
      ok: true,
      have: [
        [1, 150],
        [801, 900],
      ],
    });
    expect(await give(rig, 160, 170)).toEqual({
      ok: true,
      have: [
        [1, 150],
        [801, 900],
      ],
    });
    expect(await give(rig, 140, 150)).toEqual({
      ok: true,
      have: [
        [1, 150],
        [801, 900],
      ],
    });
    rig.relay.disconnect();
    expect((await relay()).have).toEqual([
      [1, 150],
      [801, 900],
    ]);
  });

  it('WIR-15: cannot leave out what it never announced, nor anything before it greets', async () => {
    const rig = await relay();
    expect(await ahead(rig, 1, 50)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    await give(rig, 1, 100);
    expect(await ahead(rig, 150, 200)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    const silent = socket('/relay', { token: await token('relay', { shows: ['local'] }) });
    expect(await silent.emitWithAck('relay:ahead', { from: 1, to: 2 })).toMatchObject({
      ok: false,
      error: { code: 'bad_request' },
    });
  });

  it('shows the newest at once, and comes to the results of all frames in order', async () => {
    const expected = await inOrder();
    const rig = await relay();
    await give(rig, 1, 300);
    await ahead(rig, 301, 1_000);
    await give(rig, 1_001, 1_010);
    expect((await timingOf(rig.sessionId)).sessionTime).toBeCloseTo(100 + 1_008 / 10);
    await give(rig, 301, 700);
    await give(rig, 1_011, COUNT);
    await give(rig, 701, 1_000);
    await eventually(async () => expect(await resultOf(rig.sessionId)).toEqual(expected));
    expect(await framesOf(rig.sessionId)).toEqual(upTo(COUNT - 1));
  });

  it('and a server that is started again in the middle of it come to the same', async () => {
    const expected = await inOrder();
    const rig = await relay();
    await give(rig, 1, 300);
    await ahead(rig, 301, 1_000);
    await give(rig, 1_001, 1_100);
    await give(rig, 301, 500);
    await restart();
    const again = await relay();
    expect(again).toMatchObject({
      sessionId: rig.sessionId,
      have: [
        [1, 500],
        [1_001, 1_100],
      ],
    });
    await give(again, 1_101, COUNT);
    await give(again, 501, 1_000);
    await eventually(async () => expect(await resultOf(rig.sessionId)).toEqual(expected));
    await restart();
    expect(await resultOf(rig.sessionId)).toEqual(expected);
    expect(await framesOf(rig.sessionId)).toEqual(upTo(COUNT - 1));
  });

  it('whose session ends as soon as all has come leaves its results right, in the store, too', async () => {
    const expected = await inOrder();
    const rig = await relay();
    await give(rig, 1, 300);
    await ahead(rig, 301, 1_000);
    await give(rig, 1_001, COUNT);
    await give(rig, 301, 1_000);
    await rig.relay.emitWithAck('relay:bye', { reason: 'finished' });
    expect(await resultOf(rig.sessionId)).toEqual(expected);
    await restart();
    expect(await resultOf(rig.sessionId)).toEqual(expected);
  });

  it('leads its viewers into a new epoch, once all has come', async () => {
    const rig = await relay();
    await give(rig, 1, 300);
    const seen = await viewer();
    await ahead(rig, 301, 1_000);
    await give(rig, 1_001, 1_100);
    await eventually(() => expect(seen.heard.length).toBeGreaterThan(0));
    expect(seen.heard.every(({ epoch }) => epoch === seen.joined.epoch)).toBe(true);
    await give(rig, 301, 1_000);
    await eventually(() => expect(seen.heard.at(-1)?.epoch).not.toBe(seen.joined.epoch));
    const answer: { state?: FeedState; epoch: string } = await seen.viewer.emitWithAck('feed:resync', {
      sessionId: rig.sessionId,
      epoch: seen.joined.epoch,
      seq: seen.heard.length,
    });
    expect(answer.epoch).toBe(seen.heard.at(-1)?.epoch);
    const timing: TimingAnswer = await timingOf(rig.sessionId);
    expect(answer.state?.clock.sessionTimeMs).toBe(Math.round((timing.sessionTime ?? 0) * 1000));
  });
});
