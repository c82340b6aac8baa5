import { expect, it } from 'vitest';
import { HeldList } from './held-list.js';

const items = (...ids: string[]) => ids.map((id) => ({ id }));
const seen = (rows: ReturnType<HeldList<{ id: string }>['rows']>) =>
  rows.map(({ item, isOver }) => (isOver ? `(${item.id})` : item.id)).join(' ');

it('shows a list in its own order while nobody reads it', () => {
  const list = new HeldList();
  expect(seen(list.rows(items('a', 'b'), false))).toBe('a b');
  expect(seen(list.rows(items('c', 'b'), false))).toBe('c b');
});

it('moves no row under somebody who reads: what is new comes last, what is over keeps its place', () => {
  const list = new HeldList();
  list.rows(items('a', 'b', 'c'), false);
  expect(seen(list.rows(items('new', 'c', 'a'), true))).toBe('a (b) c new');
  expect(seen(list.rows(items('newer', 'b', 'new'), true))).toBe('(a) b (c) new newer');
  expect(seen(list.rows(items('newer', 'b', 'new'), false))).toBe('newer b new');
});

it('shows the newest words of a row that is held', () => {
  const list = new HeldList<{ id: string; words: string }>();
  list.rows([{ id: 'a', words: '0.9' }], false);
  expect(list.rows([{ id: 'a', words: '0.4' }], true)[0]?.item.words).toBe('0.4');
});
