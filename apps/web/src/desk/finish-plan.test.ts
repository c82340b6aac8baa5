import type { MeasuredDelay } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { finishSteps, finishWarning } from './finish-plan.js';

const delay = (delayMs: number, publicExtraMs: number, state = 'running') =>
  ({ delayMs, publicExtraMs, state }) as MeasuredDelay;

it('says what happens and when, for graphics and public apart where they differ', () => {
  const desk = { delay: delay(10_000, 5_000), published: true };
  expect(finishSteps({ forMs: 30_000, publish: 'unpublish' }, desk)).toEqual([
    'The results air alone with the picture: in 10 s, for the public in 15 s.',
    'They leave after 30 s.',
    'When the public has seen that, in 45 s, the show is unpublished.',
  ]);
  expect(finishSteps({ forMs: 30_000, publish: 'leave' }, { delay: delay(0, 0), published: true })).toEqual([
    'The results air alone with the picture: at once.',
    'They leave after 30 s.',
    'The show stays published.',
  ]);
});

it('promises no time while the pictures are paused', () => {
  const desk = { delay: delay(10_000, 5_000, 'paused'), published: true };
  expect(finishSteps({ forMs: 30_000, publish: 'unpublish' }, desk).join(' ')).not.toContain('in 1');
});

it('without results the show is unpublished when the public has seen all of it', () => {
  expect(finishSteps({ forMs: null, publish: 'unpublish' }, { delay: delay(20_000, 0), published: true })).toEqual([
    'When the public has seen that, in 20 s, the show is unpublished.',
  ]);
  expect(finishSteps({ forMs: null, publish: 'unpublish' }, { delay: null, published: false })).toEqual([
    'The show is not published: nothing else changes.',
  ]);
});

it('warns where no results can be cued, and where the race has not finished', () => {
  expect(finishWarning({ isRunning: false, hasFinished: true })).toContain('No session is running');
  expect(finishWarning({ isRunning: true, hasFinished: false })).toContain('no chequered flag yet');
  expect(finishWarning({ isRunning: true, hasFinished: true })).toBeNull();
});
