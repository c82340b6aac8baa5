import { expect, it } from 'vitest';
import { isArrow, type KeyPress, KeyPresses, namesOf, type PressTarget } from './key-presses.js';

const press = (key: string, code: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  repeat: false,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  ...more,
});
const SHIFT = { shiftKey: true };

it('letters work with Caps Lock and with Shift', () => {
  expect(namesOf(press('P', 'KeyP'))).toEqual(['p']);
  expect(namesOf(press('P', 'KeyP', SHIFT))).toEqual(['p']);
});

it('on a keyboard with Latin letters a letter is the one that is printed on the key', () => {
  // AZERTY has its a where QWERTY has q, its m beside l, and a comma where QWERTY has m; QWERTZ swaps z and y.
  expect(namesOf(press('a', 'KeyQ'))).toEqual(['a']);
  expect(namesOf(press('m', 'Semicolon'))).toEqual(['m']);
  expect(namesOf(press(',', 'KeyM'))).toEqual([',']);
  expect(namesOf(press('z', 'KeyY'))).toEqual(['z']);
});

it('on a Cyrillic keyboard a key is the Latin letter or the sign at its place', () => {
  expect(namesOf(press('з', 'KeyP'))).toEqual(['p']);
  expect(namesOf(press('З', 'KeyP', SHIFT))).toEqual(['p']);
  expect(namesOf(press('ю', 'Period'))).toEqual(['.']);
  expect(namesOf(press('б', 'Comma'))).toEqual([',']);
  expect(namesOf(press('.', 'Slash'))).toEqual(['.']);
  expect(namesOf(press('э', 'Quote'))).toEqual(['э']);
});

it('a digit of the top row is the digit of its place, with Shift a name of its own, and the printed sign after that', () => {
  expect(namesOf(press('1', 'Digit1'))).toEqual(['1']);
  expect(namesOf(press('&', 'Digit1'))).toEqual(['1', '&']);
  expect(namesOf(press('!', 'Digit1', SHIFT))).toEqual(['Shift+1', '!']);
  expect(namesOf(press('1', 'Digit1', SHIFT))).toEqual(['Shift+1']);
  // QWERTZ has its slash above the 7, a Russian keyboard its question mark.
  expect(namesOf(press('/', 'Digit7', SHIFT))).toEqual(['Shift+7', '/']);
  expect(namesOf(press('?', 'Digit7', SHIFT))).toEqual(['Shift+7', '?']);
  expect(namesOf(press('à', 'Digit0'))).toEqual(['0', 'à']);
  expect(namesOf(press('4', 'Numpad4'))).toEqual(['4']);
});

it('other keys keep their names, and of those with Ctrl or the command key only Enter has one', () => {
  expect(['Escape', 'PageUp', ' ', '?', '+'].map((key) => namesOf(press(key, 'X'))[0])).toEqual([
    'Escape',
    'PageUp',
    ' ',
    '?',
    '+',
  ]);
  expect(namesOf(press('Enter', 'Enter', { ctrlKey: true }))).toEqual(['Ctrl+Enter']);
  expect(namesOf(press('p', 'KeyP', { metaKey: true }))).toEqual([]);
});

/** Presses keys of a page that has some, and notes which it took. */
function page(own: readonly string[], repeats = isArrow) {
  const presses = new KeyPresses();
  const taken: string[] = [];
  const take = (name: string) => own.includes(name) && taken.push(name) > 0;
  return {
    taken,
    press: (each: KeyPress, target: PressTarget = 'page') => presses.press(each, target, take, repeats),
  };
}
const HELD = { repeat: true };

it('a key that is held is one press, and the browser does nothing with it either', () => {
  const { press: down, taken } = page(['p', ' ']);
  expect(down(press('p', 'KeyP'))).toBe('taken');
  for (let i = 0; i < 22; i += 1) expect(down(press('p', 'KeyP', HELD))).toBe('swallowed');
  expect(down(press(' ', 'Space'))).toBe('taken');
  expect(down(press(' ', 'Space', HELD))).toBe('swallowed');
  expect(taken).toEqual(['p', ' ']);
});

it('arrows go on while they are held, and so do the keys that a page says', () => {
  const rows = page(['ArrowDown', 'p']);
  rows.press(press('ArrowDown', 'ArrowDown'));
  rows.press(press('ArrowDown', 'ArrowDown', HELD));
  expect(rows.taken).toEqual(['ArrowDown', 'ArrowDown']);
  const steps = page(['+', '1'], (name) => name === '+');
  steps.press(press('+', 'Equal'));
  steps.press(press('+', 'Equal', HELD));
  steps.press(press('1', 'Digit1'));
  steps.press(press('1', 'Digit1', HELD));
  expect(steps.taken).toEqual(['+', '+', '1']);
});

it('a key that leads into a field types nothing there while it is held', () => {
  const { press: down } = page(['n']);
  expect(down(press('n', 'KeyN'))).toBe('taken');
  expect(down(press('n', 'KeyN', HELD), 'text')).toBe('swallowed');
  expect(down(press('n', 'KeyN'), 'text')).toBe('passed');
  expect(down(press('n', 'KeyN', HELD), 'text')).toBe('passed');
});

it('Escape leaves a field and does nothing else; the next one is the page’s', () => {
  const { press: down, taken } = page(['Escape']);
  expect(down(press('Escape', 'Escape'), 'text')).toBe('leaves the field');
  expect(down(press('Escape', 'Escape', HELD))).toBe('swallowed');
  expect(taken).toEqual([]);
  expect(down(press('Escape', 'Escape'))).toBe('taken');
});

it('text stays text, Space and Enter press the button that has the focus, and Alt is not ours', () => {
  const { press: down, taken } = page(['p', ' ', 'Ctrl+Enter']);
  expect(down(press('p', 'KeyP'), 'text')).toBe('passed');
  expect(down(press('p', 'KeyP', { isComposing: true }))).toBe('passed');
  expect(down(press(' ', 'Space'), 'button')).toBe('passed');
  expect(down(press('p', 'KeyP', { altKey: true }))).toBe('passed');
  expect(taken).toEqual([]);
  expect(down(press('Enter', 'Enter', { ctrlKey: true }), 'text')).toBe('taken');
});
