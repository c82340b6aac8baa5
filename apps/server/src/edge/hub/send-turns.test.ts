import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeEvent } from '../../sockets/finished-bytes.js';
import { A_TURN, type Job, MOST_WAITING, SendTurns } from './send-turns.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

interface Sent {
  readonly member: string;
  readonly packet: string;
}

function running(): { turns: SendTurns<string>; sent: Sent[]; left: Job<string>[] } {
  const sent: Sent[] = [];
  const left: Job<string>[] = [];
  const turns = new SendTurns<string>({
    deliver: (member, { packet }) => sent.push({ member, packet: packet ?? '' }),
    onLeftOut: (jobs) => left.push(...jobs),
  });
  return { turns, sent, left };
}

const members = (of: string, count: number) => Array.from({ length: count }, (_, n) => `${of}/${n}`);
const message = (lane: string, n: number, to: readonly string[]): Job<string> => ({
  lane,
  kind: lane,
  outgoing: encodeEvent('feed', String(n)),
  members: to,
});

it('what is published in one turn to many small rooms takes more turns than one', async () => {
  const { turns, sent } = running();
  for (let room = 0; room < 40; room++) turns.push(message(`room ${room}`, 1, members(`room ${room}`, 20)));
  for (let before = 0; before < 800; ) {
    expect(sent.length - before).toBeLessThanOrEqual(A_TURN);
    expect(sent.length).toBeGreaterThan(before);
    before = sent.length;
    await turn();
  }
  expect(sent).toHaveLength(800);
});

it('a small room does not wait for one with thousands of members', async () => {
  const { turns, sent } = running();
  turns.push(message('large', 1, members('large', 4_000)));
  turns.push(message('small', 1, members('small', 10)));
  expect(sent).toHaveLength(A_TURN);
  await turn();
  expect(sent.filter(({ member }) => member.startsWith('small'))).toHaveLength(10);
  expect(sent).toHaveLength(2 * A_TURN);
});

it('each member has the messages of a lane once and in the order published, whatever turns they come in', async () => {
  const published = fc.array(
    fc.record({ lane: fc.integer({ min: 0, max: 3 }), count: fc.nat(300), later: fc.boolean() }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(published, async (messages) => {
      const { turns, sent, left } = running();
      let wanted = 0;
      for (const [n, { lane, count, later }] of messages.entries()) {
        turns.push(message(`lane ${lane}`, n, members(`lane ${lane}`, count)));
        wanted += count;
        if (later) await turn();
      }
      for (let turnsLeft = wanted / A_TURN + 1; turnsLeft > 0; turnsLeft--) await turn();
      expect(left).toEqual([]);
      expect(sent).toHaveLength(wanted);
      const last = new Map<string, number>();
      for (const { member, packet } of sent) {
        const n = Number(/,(\d+)]/.exec(packet)?.[1]);
        expect(n).toBeGreaterThan(last.get(member) ?? -1);
        last.set(member, n);
      }
    }),
    { numRuns: 40 },
  );
});

it('leaves out what waits of a kind where too much does, all at once, and finishes what is half sent', async () => {
  const { turns, sent, left } = running();
  const room = members('room', A_TURN + 1);
  for (let n = 0; n <= MOST_WAITING; n++) turns.push(message('room', n, room));
  turns.push({ ...message('room', 1_000, room), kind: 'another event' });
  expect(left).toEqual([]);
  turns.push(message('room', MOST_WAITING + 1, room));
  expect(left.map(({ outgoing }) => outgoing.packet)).toEqual(
    Array.from({ length: MOST_WAITING }, (_, i) => `2["feed",${i + 1}]`),
  );
  for (let n = 0; n < 4; n++) await turn();
  expect(sent.filter(({ member }) => member === 'room/200').map(({ packet }) => packet)).toEqual([
    '2["feed",0]',
    '2["feed",1000]',
    `2["feed",${MOST_WAITING + 1}]`,
  ]);
});
