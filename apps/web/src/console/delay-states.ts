import { type DelayStateName, delayStateText } from '@okboxbox/protocol';

/** The state of a delay for someone on call, as a shape and words. */
export function delayStateLabel(delay: {
  readonly state: DelayStateName;
  readonly published: boolean;
}): readonly ['ok' | 'warn' | 'off', string] {
  const { name, meaning, severity } = delayStateText(delay.state);
  const words = `${name.toLowerCase()}: ${meaning}`;
  return delay.published ? [severity, words] : ['off', `not published; ${words}`];
}
