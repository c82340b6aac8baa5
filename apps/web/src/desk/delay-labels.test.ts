import { DELAY_STATE_NAMES, type MeasuredDelay } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import {
  canPause,
  delayStands,
  isMeantDelayed,
  nextPreset,
  PRESETS_MS,
  pictureDelay,
  stepped,
  typedDelay,
} from './delay-labels.js';

const delay = (over: Partial<MeasuredDelay>): MeasuredDelay => ({
  sessionId: 'sess_1',
  show: 'cup',
  state: 'running',
  delayMs: 30_000,
  published: true,
  measuredMs: 30_010,
  airedAt: 0,
  holdMs: null,
  publicExtraMs: 0,
  public: { state: 'running', measuredMs: 30_010, airedAt: 0, holdMs: null },
  bufferedMs: 0,
  bufferedEvents: 0,
  bufferedBytes: 0,
  oldestAt: null,
  newestAt: null,
  ...over,
});

describe('a delay in words', () => {
  it('counts a hold down from what the server said, and never below nothing', () => {
    const holding = delay({ state: 'holding', holdMs: 12_400 });
    expect(delayStands(holding, 0).title).toBe('Holding 12.4 s');
    expect(delayStands(holding, 2_400).title).toBe('Holding 10.0 s');
    expect(delayStands(holding, 60_000).title).toBe('Holding 0.0 s');
    expect(delayStands(delay({ state: 'holding' }), 0).title).toBe('Holding');
  });

  it('warns of every state in which the broadcast is not as far behind as was set', () => {
    const tones = DELAY_STATE_NAMES.map((state) => [state, delayStands(delay({ state }), 0).tone]);
    expect(Object.fromEntries(tones)).toEqual({
      live: 'ok',
      holding: 'warn',
      running: 'ok',
      gliding: 'warn',
      paused: 'warn',
      ending: 'warn',
    });
  });

  it('is live without a warning, unless the show had a delay before', () => {
    const act = (from: number, to: number) => ({ at: 0, who: 'zoe', act: 'broadcast:delay:set', from, to });
    const live = delay({ state: 'live', delayMs: 0 });
    expect(delayStands(live, 0, isMeantDelayed([])).tone).toBe('ok');
    expect(delayStands(live, 0, isMeantDelayed([act(30_000, 0), act(0, 30_000)])).tone).toBe('warn');
    expect(delayStands(delay({}), 0, true).tone).toBe('ok');
  });

  it('counts the public picture’s delay from the race, and what is set for it from the graphics', () => {
    const both = delay({
      delayMs: 2_000,
      publicExtraMs: 8_000,
      public: { state: 'holding', measuredMs: 4_000, airedAt: 0, holdMs: 6_000 },
    });
    expect(pictureDelay(both, 'graphics')).toMatchObject({ state: 'running', delayMs: 2_000, setMs: 2_000 });
    expect(pictureDelay(both, 'public')).toMatchObject({ delayMs: 10_000, setMs: 8_000, measuredMs: 4_000 });
    expect(delayStands(pictureDelay(both, 'public'), 1_000).title).toBe('Holding 5.0 s');
  });

  it('has nothing to pause where no session runs, and can always be resumed', () => {
    expect(canPause({ delay: null, sessionId: null })).toBe(false);
    expect(canPause({ delay: delay({}), sessionId: 'sess_1' })).toBe(true);
    expect(canPause({ delay: delay({}), sessionId: null })).toBe(false);
    expect(canPause({ delay: delay({ state: 'paused' }), sessionId: null })).toBe(true);
  });

  it('says the delay as short as it can', () => {
    expect(delayStands(delay({ delayMs: 12_500 }), 0).title).toBe('Running 12.5 s behind');
    expect(delayStands(delay({ state: 'gliding', delayMs: 10_000 }), 0).title).toBe('Gliding to 10 s');
  });
});

describe('a delay as it is set', () => {
  it('can be typed in seconds, to the millisecond, and is never more than two minutes', () => {
    expect(['12', '12.5', '12,125 s', '0', '120'].map(typedDelay)).toEqual([12_000, 12_500, 12_125, 0, 120_000]);
    expect(['', 's', '-1', '1.2345', '121', '1e2', '12 min'].map(typedDelay)).toEqual(Array(7).fill(null));
  });

  it('goes in steps within what is allowed, and from preset to preset', () => {
    expect(stepped(500, -1_000)).toBe(0);
    expect(stepped(119_950, 100)).toBe(120_000);
    expect(nextPreset(12_500, 1)).toBe(30_000);
    expect(nextPreset(12_500, -1)).toBe(10_000);
    expect(nextPreset(10_000, 1, PRESETS_MS.public)).toBe(20_000);
    expect([nextPreset(120_000, 1), nextPreset(0, -1)]).toEqual([120_000, 0]);
  });
});
