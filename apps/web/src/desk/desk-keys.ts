import type { Picture } from '@okboxbox/protocol';
import type { KeyHelp } from '../kit/keys-dialog.js';
import type { MatchKeys } from './match-panel.js';
import type { DelayActions } from './use-delay-actions.js';

/** Keys of the desk, as `?` lists them. */
export const DESK_KEYS: readonly KeyHelp[] = [
  { keys: ['1', '…', '9'], does: 'put the suggested moment on air' },
  { keys: ['⇧ 1', '…', '9'], does: 'choose a scene as the next cue' },
  { keys: ['v', 't', 'n'], does: 'next cue: driver, battle, message' },
  { keys: ['f', 'r', 'o'], does: 'next cue: flag, results, tower' },
  { keys: ['h', 'i', 'k'], does: 'next cue: fastest lap, pit board, track map' },
  { keys: ['j', 'e'], does: 'next cue: ticker, clock' },
  { keys: ['w'], does: 'air it with the picture, or now' },
  { keys: ['a', 'Ctrl Enter'], does: 'put the next cue on air' },
  { keys: ['x'], does: 'take everything but the tower off air' },
  { keys: ['u'], does: 'the delay keys are for the graphics, or for the public picture' },
  { keys: ['+', '-'], does: 'delay a second longer, shorter; goes on while it is held' },
  { keys: ['.', ','], does: 'delay a tenth longer, shorter; goes on while it is held' },
  { keys: ['PgUp', 'PgDn'], does: 'next preset up, down' },
  { keys: ['d'], does: 'type a delay' },
  { keys: ['g'], does: 'glide or jump to a shorter delay' },
  { keys: ['l'], does: 'go live (asks first)' },
  { keys: ['p'], does: 'pause and resume the picture' },
  {
    keys: ['m'],
    does: 'calibrate the picture: ↓ ↑ choose a moment, Space says that you see it, Enter sets it, c chooses a car',
  },
  { keys: ['z'], does: 'undo the newest action (asks first where it is another director’s, or shows viewers more)' },
  { keys: ['y'], does: 'ask the sim’s camera for the next one' },
  { keys: ['q'], does: 'take control of a show that runs by itself, and hold it' },
  { keys: ['0'], does: 'let the show run by itself' },
  { keys: ['b'], does: 'publish, or unpublish (asks first)' },
  { keys: ['c'], does: 'edit the look of the overlays' },
  { keys: ['s'], does: 'create a share link' },
  { keys: ['Esc'], does: 'leave a field and keep the cue; outside a field: close, clear the next cue' },
  { keys: ['?'], does: 'show these keys' },
];

const DELAY_STEPS: Readonly<Record<string, number>> = { '+': 1_000, '=': 1_000, '-': -1_000, '.': 100, ',': -100 };

/** Whether a key goes on while it is held: steps of the delay, and the choice of a moment. */
export function goesOn(key: string): boolean {
  return key in DELAY_STEPS || key === 'ArrowDown' || key === 'ArrowUp';
}

/** Does what a key does to the delay of the picture that the keys are for, and to the show as a whole; says whether it does anything. */
export function delayKey(key: string, actions: DelayActions, picture: Picture): boolean {
  const step = DELAY_STEPS[key];
  if (step !== undefined) {
    actions.step(picture, step);
    return true;
  }
  switch (key) {
    case 'PageUp':
    case 'PageDown':
      actions.preset(picture, key === 'PageUp' ? 1 : -1);
      return true;
    case 'l':
      actions.set(picture, 0);
      return true;
    case 'p':
      actions.pauseOrResume();
      return true;
    case 'b':
      actions.publishOrNot();
      return true;
    default:
      return false;
  }
}

/** Does what a key does to a matching that is open; says whether it does anything. */
export function matchKey(key: string, matching: MatchKeys | null): boolean {
  if (matching === null) return false;
  switch (key) {
    case ' ':
      matching.press();
      return true;
    case 'Enter':
      matching.confirm();
      return true;
    case 'ArrowDown':
    case 'ArrowUp':
      matching.move(key === 'ArrowDown' ? 1 : -1);
      return true;
    case 'c':
      matching.chooseCar();
      return true;
    default:
      return false;
  }
}
