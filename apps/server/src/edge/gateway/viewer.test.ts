import { pino } from 'pino';
import type { Socket } from 'socket.io';
import { expect, it, vi } from 'vitest';
import { eventually } from '../../../../../testing/eventually.js';
import type { SessionRecord } from '../../directory/directory.js';
import { MemoryDirectory } from '../../directory/memory-directory.js';
import { type ShowRecord, unknownShow } from '../../directory/show-record.js';
import { Viewer, type ViewerDeps } from './viewer.js';

const MOVED_AT = 1_764_000_000_000;

/** A published show that has aired two sessions and follows the second one from an instant on. */
const record: ShowRecord = {
  ...unknownShow('local'),
  published: true,
  publicFrom: null,
  following: {
    mainFeed: null,
    follows: [
      { sessionId: 'sess_1', from: MOVED_AT - 60_000, by: 'main-feed', until: MOVED_AT },
      { sessionId: 'sess_2', from: MOVED_AT, by: 'main-feed', until: null },
    ],
  },
  airing: ['sess_1', 'sess_2'].map((sessionId) => ({
    sessionId,
    isAwaited: false,
    hasEnded: false,
    outputs: [{ extra: 'public' as const, isAwaited: false, hasAired: true, hasEnded: false }],
  })),
};

/** A viewer without a token that has joined just before the show moves on; `at` sets the clock. */
async function viewerOf(join: object) {
  let now = MOVED_AT - 1_000;
  const directory = new MemoryDirectory(() => now);
  directory.putShow(record);
  const calls = new Map<string, (...given: unknown[]) => void>();
  const emit = vi.fn();
  const socket = {
    connected: true,
    conn: { writeBuffer: [], transport: {} },
    data: { visitor: { kind: 'anonymous' } },
    emit,
    on: (event: string, call: (...given: unknown[]) => void) => calls.set(event, call),
  };
  directory.putSession({ summary: { sessionId: 'sess_1', show: 'local' } } as SessionRecord);
  const view = { snapshots: { of: () => ({}) } };
  const viewer = new Viewer(
    socket as unknown as Socket,
    {
      directory,
      channel: { view: () => view },
      hub: { join: vi.fn(), leave: vi.fn() },
      clock: { now: () => now },
      log: pino({ level: 'silent' }),
    } as unknown as ViewerDeps,
    () => 1,
  );
  calls.get('session:join')?.({ audience: 'broadcast', ...join });
  await eventually(() => expect([...viewer.rooms()]).toMatchObject([{ sessionId: 'sess_1' }]));
  return { viewer, directory, emit, at: (to: number) => (now = to) };
}

it('a follower of a show is moved with it, and not cut off, where rights are checked before the move is told', async () => {
  const { viewer, emit, at } = await viewerOf({ show: 'local' });
  at(MOVED_AT);
  viewer.onShow('local', { event: 'changed' });
  viewer.onShow('local', { event: 'moved', extra: 'public', sessionId: 'sess_2' });
  expect(emit.mock.calls).toEqual([['session:moved', { show: 'local', from: 'sess_1', sessionId: 'sess_2' }]]);
});

it('a viewer of one session loses it when the show leaves it, and a follower when the show is unpublished', async () => {
  const one = await viewerOf({ sessionId: 'sess_1' });
  one.at(MOVED_AT);
  one.viewer.onShow('local', { event: 'changed' });
  expect(one.emit.mock.calls).toEqual([['session:withdrawn', { sessionId: 'sess_1' }]]);
  const follower = await viewerOf({ show: 'local' });
  follower.directory.putShow({ ...record, published: false });
  follower.at(MOVED_AT);
  follower.viewer.onShow('local', { event: 'changed' });
  expect(follower.emit.mock.calls).toEqual([['session:withdrawn', { sessionId: 'sess_1' }]]);
});
