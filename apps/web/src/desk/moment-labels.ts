import type { FeedState, Moment } from '@okboxbox/protocol';
import { carName, flagShown, PHASES } from '@okboxbox/race-view';

/** What happened, as somebody who watches the stream would say it. */
export function momentLabel({ name, lap, car, otherCar, to }: Moment, race: FeedState | null): string {
  const who = car === null ? '' : carName(race, car);
  switch (name) {
    case 'crossing':
      return `${who} crosses the line${lap === null ? '' : `, lap ${lap}`}`;
    case 'phase.changed':
      if (to === 'racing') return 'Lights out';
      return to !== null && to in PHASES ? PHASES[to as keyof typeof PHASES] : 'Another phase';
    case 'flag.changed':
      return `${flagShown((to ?? '').split(/[ ,+]+/)).words} flag`;
    case 'lead.changed':
      return `${who} takes the lead`;
    case 'overtake':
      return otherCar === null ? `${who} overtakes` : `${who} passes ${carName(race, otherCar)}`;
    case 'pit.entered':
      return `${who} comes into the pits`;
    case 'pit.left':
      return `${who} leaves the pits`;
    case 'box.stopped':
      return `${who} stops in the box`;
    case 'box.left':
      return `${who} leaves the box`;
    case 'best.session':
      return `${who} sets the fastest lap`;
    case 'finished':
      return `${who} takes the chequered flag`;
    case 'off.track':
      return `${who} leaves the track`;
    default:
      return `${who} ${name.replace('.', ' ')}`.trim();
  }
}
