import { type DirectorAct, type ShowLook, SLOTS } from '@okboxbox/protocol';
import { delayLabel } from '../format.js';
import { SLOT_LABELS } from './cue-draft.js';

type Sentence = (act: Pick<DirectorAct, 'from' | 'to'>) => string;

/** What each act is, as one director would tell another. An act that is not here is shown by its name. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  'broadcast:delay:set': ({ from, to }) => `changed the delay${change(from, to)}`,
  'broadcast:extra:set': ({ from, to }) => `changed the extra delay of the public picture${change(from, to)}`,
  'broadcast:match': ({ from, to }) => `calibrated a picture: its delay${change(from, to)}`,
  'broadcast:pause': () => 'paused the picture',
  'broadcast:resume': () => 'resumed the picture',
  'broadcast:cue': ({ to }) => cueSentence(String(to)),
  'show:auto': ({ to }) => (to === 'running' ? 'let the show run by itself' : 'took control of the show'),
  'auto:rules': () => 'changed the rules by which the show runs itself',
  publish: () => 'published the show',
  unpublish: () => 'unpublished the show',
  'show:follow': ({ from, to }) => followSentence(from, to),
  'show:camera': ({ to }) => (typeof to === 'string' ? `asked the camera for car ${to}` : 'asked for the next camera'),
  'scene:save': ({ to }) => `saved the scene ${named(to)}`,
  'scene:delete': ({ from }) => `deleted the scene ${named(from)}`,
  'show:finish': ({ to }) =>
    part(to, 'publish') === 'unpublish'
      ? 'finished the show, to be unpublished after its results'
      : 'finished the show, and left it published',
  'show:finish:cancel': () => 'cancelled the end of the show',
  'show:undo': ({ from }) => `undid: ${part(from, 'who')} ${part(from, 'says')}`,
  'show:look': ({ to }) => lookSentence(to),
  'link:create': ({ to }) => `created ${linkWords(to)}`,
  'link:revoke': ({ from }) => `revoked ${linkWords(from)}`,
};

/** What a director did, in plain words: `changed the delay from 10 s to 12.5 s`. */
export function actSentence({ act, from, to }: DirectorAct): string {
  return SENTENCES[act]?.({ from, to }) ?? act;
}

function change(from: unknown, to: unknown): string {
  if (typeof to !== 'number') return '';
  return typeof from === 'number' ? ` from ${delayLabel(from)} to ${delayLabel(to)}` : ` to ${delayLabel(to)}`;
}

/**
 * A cue is noted as words: its scene, if it has one, its slots, with a minus where one is taken off, and onto which picture.
 */
function cueSentence(noted: string): string {
  const words = noted.split(' ');
  const when = words.at(-1) === 'now' ? 'at once' : 'with the picture';
  const rest = words.slice(0, -1);
  const slots: string[] = [];
  // Slots are noted in their order: a word that is out of it is the last one of the scene's name.
  for (let next: number = SLOTS.length; rest.length > 0; ) {
    const place = placeOf(rest.at(-1) ?? '');
    if (place === -1 || place >= next) break;
    next = place;
    slots.unshift(rest.pop() ?? '');
  }
  const labels = (isOff: boolean) =>
    slots
      .filter((slot) => slot.startsWith('-') === isOff)
      .map((slot) => SLOT_LABELS[SLOTS[placeOf(slot)] ?? 'tower'].toLowerCase());
  const [on, off] = [labels(false), labels(true)];
  const changes = [on.length > 0 ? `${on.join(', ')} on` : '', off.length > 0 ? `${off.join(', ')} off` : ''];
  const parts = [
    rest.length > 0 ? `the scene “${rest.join(' ')}”` : '',
    changes.filter((each) => each !== '').join('; '),
  ];
  return `cued ${parts.filter((each) => each !== '').join(': ')}, ${when}`;
}

/** Where a slot stands among all of them; -1: the word is none. */
function placeOf(word: string): number {
  return (SLOTS as readonly string[]).indexOf(word.replace(/^-/, ''));
}

function followSentence(from: unknown, to: unknown): string {
  const relayId = part(to, 'relayId');
  if (relayId !== '' && relayId !== part(from, 'relayId')) return `made ${relayId} the main feed`;
  const sessionId = part(to, 'sessionId');
  return sessionId === '' ? 'followed no session' : `followed the session ${sessionId}`;
}

function linkWords(link: unknown): string {
  const label = part(link, 'label');
  const kind = part(link, 'kind') === 'public' ? 'a link to the public page' : 'a link to an overlay';
  return label === '' ? kind : `${kind}, “${label}”`;
}

function lookSentence(look: unknown): string {
  if (look === null) return 'took away the look of the overlays';
  const { colours, logo } = look as Partial<ShowLook>;
  const count = Object.keys(colours ?? {}).length;
  const own = [count === 1 ? 'a colour' : count > 1 ? `${count} colours` : '', logo ? 'a logo' : ''].filter(Boolean);
  const over = own.length > 0 ? ` with ${own.join(' and ')} of its own` : '';
  return `changed the look of the overlays: the theme ${part(look, 'base')}${over}`;
}

function named(value: unknown): string {
  return typeof value === 'string' ? `“${value}”` : '';
}

function part(value: unknown, name: string): string {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null;
  return typeof found === 'string' ? found : '';
}
