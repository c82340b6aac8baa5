import type { DirectorAct, FeedState, Moment } from '@okboxbox/protocol';
import { carName, flagShown, PHASES } from '@okboxbox/race-view';
import { delayLabel } from '../format.js';

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

const ACTIONS: Readonly<Record<string, string>> = {
  'broadcast:delay:set': 'set the delay',
  'broadcast:match': 'calibrated the delay',
  'broadcast:pause': 'paused the picture',
  'broadcast:resume': 'resumed the picture',
  'broadcast:cue': 'cued',
  publish: 'published the show',
  unpublish: 'unpublished the show',
  'scene:save': 'saved a scene',
  'scene:delete': 'deleted a scene',
  'link:create': 'created a link',
  'link:revoke': 'revoked a link',
};

/** What a director did, in a line. */
export function actionLabel({ act, from, to }: DirectorAct): string {
  const did = ACTIONS[act] ?? act;
  if (typeof from === 'number' && typeof to === 'number') return `${did}: ${delayLabel(from)} → ${delayLabel(to)}`;
  if (act === 'show:follow') return followed(from, to);
  const about = labelOf(to) || (act === 'scene:delete' || act === 'link:revoke' ? labelOf(from) : '');
  const isSaid = act === 'publish' || act === 'unpublish' || act === 'broadcast:pause' || act === 'broadcast:resume';
  return about === '' || isSaid ? did : `${did}: ${about}`;
}

function followed(from: unknown, to: unknown): string {
  const part = (value: unknown, name: 'sessionId' | 'relayId') => {
    const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null;
    return typeof found === 'string' ? found : null;
  };
  const relayId = part(to, 'relayId');
  if (relayId !== null && relayId !== part(from, 'relayId')) return `main feed: ${relayId}`;
  return `follow: ${part(to, 'sessionId') ?? 'nothing'}`;
}

function labelOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const { kind, label } = value as { kind?: unknown; label?: unknown };
  return [label, kind].filter((part) => typeof part === 'string' && part !== '').join(', ');
}
