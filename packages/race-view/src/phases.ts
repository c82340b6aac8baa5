import type { SessionPhase } from '@okboxbox/protocol';

/** Words for where a session stands. */
export const PHASES: Readonly<Record<SessionPhase, string>> = {
  grid: 'Grid',
  formation: 'Formation lap',
  racing: 'Racing',
  checkered: 'Chequered flag',
  cooldown: 'Cool-down',
};
