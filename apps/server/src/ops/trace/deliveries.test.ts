import { broadcastRoom, type DeliveryVerdict, liveRoom } from '@okboxbox/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveriesOf, newestKnown } from './deliveries.js';
import { FrameLedger, type TracedFrame } from './frame-ledger.js';
import type { Recipient, Recipients } from './recipients.js';

const SESSION = 'sess_a';
const [LIVE, PUBLIC, LATER] = [liveRoom(SESSION), broadcastRoom(SESSION, 0), broadcastRoom(SESSION, 5_000)];
const T0 = 1_764_000_000_000;

function recipient(socketId: string, over: Partial<Recipient> = {}): Recipient {
  const where = { rooms: [LIVE], elsewhere: null, may: 'live' as const, refused: null, closed: null };
  return { socketId, role: 'dashboard', connectedAt: T0 - 60_000, ...where, ...over };
}

function recipients(sockets: readonly Recipient[], over: Partial<Recipients> = {}): Recipients {
  return {
    at: T0 + 200,
    sockets,
    pictures: {
      delay: { delayMs: 30_000, playhead: { moves: 'running' } },
      publicExtraMs: 0,
      publicPlayhead: { moves: 'running' },
    },
    delayed: [
      { room: PUBLIC, extra: 0 },
      { room: LATER, extra: 5_000 },
    ],
    ...over,
  };
}

/** A frame that was shown to the live room, and what became of that: `sent` and `skipped` are sockets. */
function shown(sent: readonly string[], skipped: readonly string[] = []): { ledger: FrameLedger; frame: TracedFrame } {
  const ledger = new FrameLedger();
  const frame = ledger.add({
    relayId: 'rig',
    seq: 5,
    receivedAt: T0,
    timedAt: T0,
    happenedAt: T0,
    place: 1,
  });
  const tick = ledger.tick(LIVE, true, T0, T0 + 40);
  tick.members = sent.length + skipped.length;
  for (const socketId of sent) ledger.note(tick, socketId, false, T0 + 42);
  for (const socketId of skipped) ledger.note(tick, socketId, true, T0 + 43);
  return { ledger, frame };
}

describe('what became of a frame', () => {
  it('is told of each socket in the rooms, of those outside and of those that are gone', () => {
    const { ledger, frame } = shown(['sent', 'sent and gone', 'left'], ['slow']);
    const closed = (at: number) => ({ closed: { at, code: 'client_gone' } });
    const { counts, recipients: told } = deliveriesOf(
      frame,
      ledger,
      recipients([
        recipient('sent'),
        recipient('slow'),
        recipient('sent and gone', closed(T0 + 100)),
        recipient('gone', closed(T0 - 1_000)),
        recipient('gone long since', closed(T0 - 11_000)),
        recipient('held', { rooms: [PUBLIC] }),
        recipient('held longer', { rooms: [LATER] }),
        recipient('both', { rooms: [PUBLIC, LATER] }),
        recipient('idle', { rooms: [] }),
        recipient('elsewhere', { rooms: [], elsewhere: 'sess_b' }),
        recipient('nobody', { rooms: [], may: 'none' }),
        recipient('refused', { rooms: [], may: 'broadcast', refused: { capability: 'session:live', at: T0 - 5 } }),
        recipient('came later', { rooms: [], connectedAt: T0 + 1 }),
        recipient('joined later', { connectedAt: T0 + 41 }),
      ]),
      SESSION,
    );
    const verdicts = (verdict: DeliveryVerdict) =>
      told
        .filter((each) => each.verdict === verdict)
        .map(({ socketId, at }) => [socketId, at === null ? null : at - T0]);
    expect(verdicts('sent')).toEqual([
      ['sent', 42],
      ['sent and gone', 42],
      ['left', 42],
    ]);
    expect(verdicts('skipped_slow')).toEqual([['slow', 43]]);
    expect(verdicts('gone')).toEqual([['gone', -1_000]]);
    expect(verdicts('held')).toEqual([
      ['held', 30_000],
      ['held longer', 35_000],
      ['both', 30_000],
      ['both', 35_000],
    ]);
    expect(verdicts('not_joined')).toEqual([
      ['idle', null],
      ['elsewhere', null],
    ]);
    expect(verdicts('no_right')).toEqual([
      ['nobody', null],
      ['refused', -5],
    ]);
    expect(counts).toEqual({ sent: 3, skipped_slow: 1, held: 4, not_joined: 2, no_right: 2, gone: 1 });
    expect(told.map(({ verdict }) => verdict)[0]).toBe('skipped_slow');
  });

  it('says when a held frame airs: as the picture moves, and no later than a picture may be', () => {
    const { ledger, frame } = shown([]);
    const due = (delay: Recipients['pictures']['delay'], room = PUBLIC) => {
      const who = recipients([recipient('s', { rooms: [room] })], {
        pictures: { delay, publicExtraMs: 0, publicPlayhead: delay.playhead },
        delayed: [
          { room: PUBLIC, extra: 0 },
          { room: LATER, extra: 5_000 },
        ],
      });
      return (deliveriesOf(frame, ledger, who, SESSION).recipients[0]?.at ?? 0) - T0;
    };
    expect(due({ delayMs: 118_000, playhead: { moves: 'running' } }, LATER)).toBe(120_000);
    expect(due({ delayMs: 10_000, playhead: { moves: 'paused', at: T0 - 20_000 } })).toBe(100_000);
    expect(due({ delayMs: 10_000, playhead: { moves: 'gliding', at: T0 - 30_000, since: T0 } })).toBe(25_000);
  });

  it('is complete: everybody is counted once for each room, and what is not told one by one is counted, too', () => {
    const kind = fc.constantFrom<Partial<Recipient>>(
      {},
      { rooms: [PUBLIC] },
      { rooms: [] },
      { rooms: [], may: 'none' },
      { closed: { at: T0 - 5, code: 'silent' } },
    );
    fc.assert(
      fc.property(fc.array(kind, { maxLength: 500 }), (kinds) => {
        const sockets = kinds.map((over, i) => recipient(`s${i}`, over));
        const inLive = sockets.filter(({ rooms, closed }) => rooms.includes(LIVE) && closed === null);
        const { ledger, frame } = shown(inLive.map(({ socketId }) => socketId));
        const { counts, recipients: told, leftOut } = deliveriesOf(frame, ledger, recipients(sockets), SESSION);
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(kinds.length);
        expect(told.length + leftOut).toBe(kinds.length);
        expect(told.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});

it('the frame that is told of is one whose message has come to everybody, or has lost them', () => {
  const { ledger, frame } = shown(['a']);
  const next = ledger.add({
    relayId: 'rig',
    seq: 6,
    receivedAt: T0 + 100,
    timedAt: T0,
    happenedAt: T0,
    place: 2,
  });
  const tick = ledger.tick(LIVE, true, T0, T0 + 140);
  tick.members = 2;
  ledger.note(tick, 'a', false, T0 + 141);
  expect(newestKnown(ledger, SESSION, T0 + 150)).toEqual([frame]);
  expect(newestKnown(ledger, SESSION, T0 + 1_500)).toEqual([next]);
  ledger.note(tick, 'b', false, T0 + 151);
  expect(newestKnown(ledger, SESSION, T0 + 152)).toEqual([next]);
  const aired = ledger.tick(PUBLIC, false, T0, T0 + 160);
  expect(newestKnown(ledger, SESSION, T0 + 170)).toEqual([next]);
  aired.members = 1;
  ledger.note(aired, 'p', false, T0 + 161);
  expect(newestKnown(ledger, SESSION, T0 + 170)).toEqual([next]);
});
