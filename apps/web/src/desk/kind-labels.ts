import type { MomentKind } from '@okboxbox/protocol';

/** What kinds of moments are called: beside a moment, and in a list of kinds. */
export const KIND_LABELS: Readonly<Record<MomentKind, { readonly short: string; readonly long: string }>> = {
  finish: { short: 'Finish', long: 'Finish, with the winner' },
  results: { short: 'Results', long: 'Results, once three cars are in' },
  start: { short: 'Start', long: 'Start' },
  grid: { short: 'Grid', long: 'Starting grid' },
  incident: { short: 'Incident', long: 'Incident: stopped, towed, retired' },
  'off-track': { short: 'Off track', long: 'Off the track' },
  'leader-pits': { short: 'Leader', long: 'Pit stop of a leader, also of a class' },
  'fastest-lap': { short: 'Fastest lap', long: 'Fastest lap, from lap 4 on' },
  'lead-battle': { short: 'Lead', long: 'Battle for the lead, also of a class' },
  battle: { short: 'Battle', long: 'Battle for another place' },
  closing: { short: 'Closing', long: 'A car that closes on another' },
};
