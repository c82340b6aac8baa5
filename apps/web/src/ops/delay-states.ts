import type { DelayStateName } from '@okboxbox/protocol';

const STATES: Readonly<Record<DelayStateName, readonly ['ok' | 'warn' | 'off', string]>> = {
  live: ['ok', 'live: no delay'],
  running: ['ok', 'running behind, as set'],
  gliding: ['ok', 'on its way to what was set'],
  holding: ['warn', 'holding: too little to show yet'],
  paused: ['warn', 'paused by the director'],
  ending: ['off', 'ending: the rest is shown'],
};

/** What a delay does, to somebody on call: a shape, and words. */
export function delayStateWords(delay: {
  readonly state: DelayStateName;
  readonly published: boolean;
}): readonly ['ok' | 'warn' | 'off', string] {
  const [shape, says] = STATES[delay.state];
  return delay.published ? [shape, says] : ['off', `not published; ${says}`];
}
