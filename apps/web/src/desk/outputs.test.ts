import { NOTHING_CUED, type OnAir, type Watcher } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { SILENT_MS, slotsInTheWay, undrawnSlots } from './outputs.js';

const NOW = 1_000_000;
const cued: OnAir = { ...NOTHING_CUED, ticker: { until: null } };
const tower = (over: Partial<Watcher> = {}) =>
  ({ name: 'timing-tower', visible: null, active: null, reportedAt: NOW - 1_000, ...over }) as Watcher;

it('a cue that no connected output draws is told, whatever could draw it', () => {
  expect(undrawnSlots(cued, [], NOW)).toEqual(['tower', 'ticker']);
  expect(undrawnSlots(cued, [tower()], NOW)).toEqual(['ticker']);
});

it('an output that is hidden, or has not reported for a while, draws nothing', () => {
  expect(undrawnSlots(cued, [tower({ visible: false })], NOW)).toContain('tower');
  expect(undrawnSlots(cued, [tower({ visible: true })], NOW)).not.toContain('tower');
  expect(undrawnSlots(cued, [tower({ reportedAt: NOW - SILENT_MS - 1 })], NOW)).toContain('tower');
  expect(undrawnSlots(cued, [tower({ reportedAt: null })], NOW)).toContain('tower');
});

it('a page that shows no overlay draws nothing', () => {
  expect(undrawnSlots(cued, [tower({ name: 'live' })], NOW)).toContain('tower');
});

it('slots that stand at one place are told once there are two of them', () => {
  const on = { until: null };
  expect(slotsInTheWay({ ...cued, map: on })).toEqual([]);
  expect(slotsInTheWay({ ...cued, map: on, pits: on })).toEqual(['map', 'pits']);
});
