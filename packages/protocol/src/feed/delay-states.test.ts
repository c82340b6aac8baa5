import { expect, it } from 'vitest';
import { DELAY_STATE_NAMES, DELAY_STATES, type DelayStateName, delayStateText, standsStill } from './delay-states.js';

it('a delay that is as it was set is in order, also a delay of 0; every other state asks for attention', () => {
  const inOrder = DELAY_STATE_NAMES.filter((state) => DELAY_STATES[state].severity === 'ok');
  expect(inOrder).toEqual(['live', 'running']);
});

it('the broadcast stands still while it is held and while it is paused', () => {
  expect(DELAY_STATE_NAMES.filter((state) => standsStill({ state }))).toEqual(['holding', 'paused']);
});

it('each state has a name, a meaning and a sentence of its own', () => {
  for (const part of ['name', 'meaning'] as const)
    expect(new Set(DELAY_STATE_NAMES.map((state) => DELAY_STATES[state][part])).size).toBe(DELAY_STATE_NAMES.length);
  const sentences = DELAY_STATE_NAMES.map((state) => DELAY_STATES[state].text('30 s'));
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

it('a state of a newer server is shown by its name, as a warning', () => {
  for (const state of ['rewinding', 'toString'] as unknown as DelayStateName[])
    expect(delayStateText(state)).toMatchObject({ name: state, meaning: state, severity: 'warn' });
});
