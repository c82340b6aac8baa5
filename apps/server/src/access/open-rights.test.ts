import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OpenRights } from './open-rights.js';
import { ANONYMOUS, type Visitor } from './visitor.js';

let revoked: Set<string>;
let closedLinks: Set<string>;
let listeners: (() => void)[];
let rights: OpenRights;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  revoked = new Set();
  closedLinks = new Set();
  listeners = [];
  rights = new OpenRights({
    revoked: {
      has: (jti) => jti !== undefined && revoked.has(jti),
      onRevoked: (listener) => listeners.push(() => listener('')),
    },
    links: { isOpen: (code) => !closedLinks.has(code), onRevoked: (listener) => listeners.push(() => listener('')) },
    clock: { now: () => Date.now() },
    wallNow: () => Date.now(),
  });
});
afterEach(() => {
  rights.close();
  vi.useRealTimers();
});

const tell = () => {
  for (const listener of listeners) listener();
};
const token = (jti: string | undefined, expSeconds: number): Visitor => ({
  kind: 'token',
  claims: { sub: 'ann', role: 'team', exp: expSeconds, ...(jti !== undefined && { jti }) },
  capabilities: new Set(),
});
const link = (code: string, expiresAt: number): Visitor => ({
  kind: 'link',
  code,
  label: null,
  opens: 'overlay',
  show: 'local',
  sessionId: null,
  expiresAt,
});

it('what a revoked token opened ends at once, all of it, and nothing of another token', () => {
  const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()];
  rights.hold(token('a', 60), first);
  rights.hold(token('a', 60), second);
  rights.hold(token('b', 60), other);
  revoked.add('a');
  tell();
  expect([first.mock.calls, second.mock.calls, other.mock.calls]).toEqual([
    [['token_revoked']],
    [['token_revoked']],
    [],
  ]);
});

it('what a link opened ends at once when it is closed', () => {
  const end = vi.fn();
  rights.hold(link('x', 60_000), end);
  closedLinks.add('x');
  tell();
  expect(end.mock.calls).toEqual([['link_revoked']]);
});

it.each([
  ['a token', token('a', 60), 'token_expired'],
  ['a token that has no number to revoke it by', token(undefined, 60), 'token_expired'],
  ['a link', link('x', 60_000), 'link_expired'],
])('what %s opened ends within a second of its end, once', (_name, visitor, reason) => {
  const end = vi.fn();
  rights.hold(visitor, end);
  vi.advanceTimersByTime(59_999);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(end.mock.calls).toEqual([[reason]]);
  vi.advanceTimersByTime(60_000);
  expect(end).toHaveBeenCalledTimes(1);
});

it('two tokens of one number end each at its own time', () => {
  const [early, late] = [vi.fn(), vi.fn()];
  rights.hold(token('a', 10), early);
  rights.hold(token('a', 60), late);
  vi.advanceTimersByTime(11_000);
  expect([early.mock.calls.length, late.mock.calls.length]).toEqual([1, 0]);
});

it('what is opened with a right that has ended since it was checked ends at once', () => {
  const end = vi.fn();
  revoked.add('a');
  rights.hold(token('a', 60), end);
  expect(end.mock.calls).toEqual([['token_revoked']]);
});

it('what is over by itself is not ended any more, and what nobody was let in to is held by nobody', () => {
  const end = vi.fn();
  rights.hold(token('a', 60), end)();
  rights.hold(ANONYMOUS, end);
  revoked.add('a');
  tell();
  vi.advanceTimersByTime(61_000);
  expect(end).not.toHaveBeenCalled();
});

it('thousands of viewers of one link are let go in several turns of the event loop, all of them', () => {
  let ended = 0;
  for (let i = 0; i < 3_000; i++) rights.hold(link('x', 60_000), () => ended++);
  closedLinks.add('x');
  tell();
  expect(ended).toBeLessThanOrEqual(100);
  vi.advanceTimersByTime(1_000);
  expect(ended).toBe(3_000);
});
