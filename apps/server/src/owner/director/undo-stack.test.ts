import { expect, it } from 'vitest';
import { STORED } from '../../unsaved-settings.js';
import { UndoStack } from './undo-stack.js';

const stack = new UndoStack();
let shows = 0;

/** A show of its own, and what of it does not stand. */
function show() {
  shows += 1;
  const name = `show-${shows}`;
  const fallen = new Set<string>();
  return {
    fallen,
    newest: () => stack.newest(name),
    add: (who: string, says: string, asks = false) => {
      const back = { says, asks, stands: () => !fallen.has(says), undo: () => STORED };
      stack.add(name, { at: 5, who }, back);
      return stack.newest(name)?.id ?? '';
    },
    take: (by: string, id?: string) => stack.take(name, by, id),
    putBack: (act: ReturnType<typeof stack.take>) => stack.putBack(name, act),
  };
}

it('the newest act is undone first, each once', () => {
  const { add, take, newest } = show();
  const first = add('ana', 'paused the pictures');
  const second = add('ana', 'published the show');
  expect(newest()).toEqual({ id: second, at: 5, who: 'ana', says: 'published the show', asks: false });
  expect(take('ana', second).says).toBe('published the show');
  expect(() => take('ana', second)).toThrow(
    'ana has undone that already. The newest act is now: ana paused the pictures. To undo that, undo again.',
  );
  expect(take('bo', first).says).toBe('paused the pictures');
  expect(newest()).toBeNull();
  expect(() => take('bo', first)).toThrow('bo has undone that already.');
  expect(() => take('bo')).toThrow('There is nothing to undo.');
});

it('an act that is not the newest any more is left, and the newest is named', () => {
  const { add, take, newest } = show();
  const mine = add('ana', 'changed the delay from 0 s to 10 s');
  add('bo', 'paused the pictures');
  expect(() => take('ana', mine)).toThrow('The newest act is now: bo paused the pictures.');
  expect(newest()?.who).toBe('bo');
});

it('without an id, only one’s own act is undone, and none that shows viewers more', () => {
  const { add, take } = show();
  const id = add('bo', 'paused the pictures');
  expect(() => take('ana')).toThrow(
    `The newest act is not yours: bo paused the pictures. To undo it, give its id: "${id}".`,
  );
  expect(take('bo').says).toBe('paused the pictures');
  add('bo', 'unpublished the show', true);
  expect(() => take('bo')).toThrow('Undoing this shows viewers more: bo unpublished the show.');
});

it('what does not stand any more is passed over, and may stand again', () => {
  const { add, fallen, newest } = show();
  add('ana', 'published the show');
  add('ana', 'paused the pictures');
  fallen.add('paused the pictures');
  expect(newest()?.says).toBe('published the show');
  fallen.clear();
  expect(newest()?.says).toBe('paused the pictures');
});

it('an act that could not be undone stays in its place', () => {
  const { add, take, putBack, newest } = show();
  const first = add('ana', 'published the show');
  const taken = take('ana', first);
  add('bo', 'paused the pictures');
  putBack(taken);
  expect(newest()?.who).toBe('bo');
  take('bo');
  expect(take('ana', first).says).toBe('published the show');
});

it('twenty acts are kept', () => {
  const { add, take, newest } = show();
  for (let n = 1; n <= 25; n++) add('ana', `act ${n}`);
  for (let n = 25; n > 5; n--) expect(take('ana').says).toBe(`act ${n}`);
  expect(newest()).toBeNull();
});
