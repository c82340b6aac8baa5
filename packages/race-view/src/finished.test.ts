import { expect, it } from 'vitest';
import { flagsShown, hasFinished } from './finished.js';

type Race = Parameters<typeof flagsShown>[0];
const race = (status: string, phase: string, flags: readonly string[]) =>
  ({ session: { status }, clock: { phase, flags } }) as unknown as Race;

it('a session that was cut off has not finished, and shows the flags that were out last', () => {
  const cutOff = race('ended', 'racing', ['yellow']);
  expect(hasFinished(cutOff)).toBe(false);
  expect(flagsShown(cutOff)).toEqual(['yellow']);
});

it('a session has finished under the chequered flag, and shows it once it has ended', () => {
  for (const phase of ['checkered', 'cooldown']) {
    expect(hasFinished(race('ended', phase, []))).toBe(true);
    expect(flagsShown(race('ended', phase, []))).toEqual(['checkered']);
  }
  expect(flagsShown(race('live', 'cooldown', ['green']))).toEqual(['green']);
});
