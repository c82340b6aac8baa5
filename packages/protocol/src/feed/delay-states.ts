/** What is known of a state of the broadcast delay. */
interface DelayStateText {
  /** Its name as a title, to which a page may add figures. */
  readonly name: string;
  /** What it says of the broadcast, without figures: for lists, badges and docs/codes.md. */
  readonly meaning: string;
  /** The same as a sentence with the set delay in words, such as `30 s`. */
  readonly text: (set: string) => string;
  /** `ok`: the broadcast is as far behind as is set. `warn`: it stands still, is not there yet, or is about to end. */
  readonly severity: 'ok' | 'warn';
  /** Where the broadcast stands still on purpose: its figures are not stale. */
  readonly standsStill?: true;
}

/** Every state of the broadcast delay; the one list for desk, console, findings and docs/codes.md. */
export const DELAY_STATES = {
  live: {
    name: 'Live',
    meaning: 'no delay is set, and the broadcast has caught up',
    text: () => 'No delay is set: viewers see everything at once, cues too.',
    severity: 'ok',
  },
  holding: {
    name: 'Holding',
    meaning: 'on hold until the delay is filled',
    text: (set) => `The broadcast is on hold until it is ${set} behind, then continues by itself.`,
    severity: 'warn',
    standsStill: true,
  },
  running: {
    name: 'Running',
    meaning: 'as far behind as the delay',
    text: (set) => `Viewers are ${set} behind.`,
    severity: 'ok',
  },
  gliding: {
    name: 'Gliding',
    meaning: 'plays 20 % faster until it has reached the shorter delay',
    text: (set) => `The broadcast plays 20 % faster than the race until it is ${set} behind.`,
    severity: 'warn',
  },
  paused: {
    name: 'Paused',
    meaning: 'on hold until a director resumes it, or until it is 120 s behind',
    text: () => 'A director has paused the broadcast. It continues by itself when it is 120 s behind.',
    severity: 'warn',
    standsStill: true,
  },
  ending: {
    name: 'Ending',
    meaning: 'the session has ended, and its last seconds have not aired yet',
    text: (set) => `The session has ended; its last ${set} have not aired yet.`,
    severity: 'warn',
  },
} as const satisfies Readonly<Record<string, DelayStateText>>;

/** What the broadcast delay does now (contract, section 5). */
export type DelayStateName = keyof typeof DELAY_STATES;

/** The names of all states, in the order of the contract. */
export const DELAY_STATE_NAMES = Object.keys(DELAY_STATES) as readonly DelayStateName[];

/** What is known of a state. A newer server may send one that is not in the list: it is shown by its name, as a warning. */
export function delayStateText(state: DelayStateName): DelayStateText {
  if (Object.hasOwn(DELAY_STATES, state)) return DELAY_STATES[state];
  return { name: state, meaning: state, text: () => state, severity: 'warn' };
}

/** Whether the broadcast stands still on purpose. */
export function standsStill({ state }: { readonly state: DelayStateName }): boolean {
  return delayStateText(state).standsStill === true;
}
