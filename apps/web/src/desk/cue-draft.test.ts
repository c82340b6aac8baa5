import { NOTHING_CUED } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { fieldOf } from '../../../../packages/race-view/src/testing/field.js';
import { cueLabel, EMPTY_DRAFT, previewOf, setsAnything, slotLabel } from './cue-draft.js';

const RACE = fieldOf([{}, { battle: 1 }, { battle: 1, intervalMs: 412 }]);
const preview = (set: Parameters<typeof cueLabel>[0], race: typeof RACE | null = RACE) =>
  previewOf({ ...NOTHING_CUED, message: { title: null, text: 'Stays', until: 5 } }, { ...EMPTY_DRAFT, set }, race);

it('a preview is what is cued with what the cue changes; slots that it does not name stay', () => {
  expect(preview({ tower: null, flag: { flag: 'green' } })).toEqual({
    ...NOTHING_CUED,
    tower: null,
    message: { title: null, text: 'Stays', until: 5 },
    flag: { flag: 'green', until: null },
  });
  expect(preview({ message: null }).message).toBeNull();
});

it('the leader and the closest battle are looked for in the race', () => {
  expect(preview({ driver: 'leader' }).driver).toEqual({ car: 0, until: null });
  expect(preview({ battle: 'closest' }).battle).toEqual({ cars: [1, 2], until: null });
  expect(preview({ driver: 'leader', battle: 'closest' }, null)).toMatchObject({ driver: null, battle: null });
});

it('a driver slot that follows the camera says which car that is now', () => {
  const onCamera = { ...NOTHING_CUED, driver: { car: 0, onCamera: true as const, until: null } };
  expect(slotLabel('driver', onCamera, { ...RACE, camera: 1 })).toBe('on camera: #11 Driver 11');
  expect(slotLabel('driver', onCamera, { ...RACE, camera: null })).toBe('on camera: unknown');
  expect(preview({ driver: 'onCamera' }, { ...RACE, camera: 2 }).driver).toEqual({
    car: 2,
    onCamera: true,
    until: null,
  });
  expect(cueLabel({ driver: 'onCamera' }, RACE)).toBe('Driver the car on camera');
});

it('a cue in words says what goes on and what goes off', () => {
  expect(cueLabel({ tower: {}, driver: null, battle: { cars: [1, 2] }, flag: { flag: 'yellow' } }, RACE)).toBe(
    'Tower on · Driver off · Battle #11, #12 · Flag Yellow',
  );
  expect(cueLabel({ driver: { car: 0 }, message: { title: 'Fastest lap', text: '1:47' } }, RACE)).toBe(
    'Driver #10 Driver 10 · Message Fastest lap: 1:47',
  );
  expect(cueLabel({ driver: 'leader', battle: 'closest' }, fieldOf([{}]))).toBe(
    'Driver the leader · Battle the closest (none now)',
  );
  expect(cueLabel({}, RACE)).toBe('No change');
  expect([setsAnything({}), setsAnything({ message: null })]).toEqual([false, true]);
});
