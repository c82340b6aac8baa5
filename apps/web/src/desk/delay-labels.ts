import {
  DELAY_PRESETS_MS,
  type DeskState,
  type DirectorAct,
  delayStateText,
  MAX_DELAY_MS,
  type MeasuredDelay,
  type MeasuredPicture,
  type Picture,
} from '@okboxbox/protocol';
import { delayLabel, seconds } from '../format.js';

/** The state of the delay, as the desk shows it. */
export interface DelayStands {
  readonly tone: 'ok' | 'warn';
  readonly title: string;
  readonly detail: string;
}

/** What a picture is called on the desk, where a director sees it, and what its delay is counted from. */
export const PICTURE_LABELS = {
  graphics: { name: 'Graphics', title: 'graphics', watch: 'watch OBS', figure: 'delay' },
  public: { name: 'Public', title: 'public picture', watch: 'watch the stream', figure: 'extra delay' },
} as const satisfies Readonly<Record<Picture, object>>;

/** What each picture's delay can be set to at one press, in ms; the public one's is on top of the graphics'. */
export const PRESETS_MS: Readonly<Record<Picture, readonly number[]>> = {
  graphics: DELAY_PRESETS_MS,
  public: [0, 5_000, 10_000, 20_000, 30_000],
};

/** Where one of the two pictures stands. */
export interface PictureDelay extends MeasuredPicture {
  /** How far behind it is meant to be, in ms. */
  readonly delayMs: number;
  /** The figure that is set for it, in ms: the public picture's comes on top of the graphics'. */
  readonly setMs: number;
}

/** Where a picture of a show stands. */
export function pictureDelay(delay: MeasuredDelay, picture: Picture): PictureDelay {
  if (picture === 'graphics') return { ...delay, setMs: delay.delayMs };
  return { ...delay.public, delayMs: delay.delayMs + delay.publicExtraMs, setMs: delay.publicExtraMs };
}

/** Acts that set a delay. */
const DELAY_ACTS = ['broadcast:delay:set', 'broadcast:match'];

/** Whether a show without a delay had one tonight: then being live is worth a warning. */
export function isMeantDelayed(acts: readonly DirectorAct[]): boolean {
  const newest = acts.find(({ act }) => DELAY_ACTS.includes(act));
  return typeof newest?.from === 'number' && newest.from > 0;
}

/** Whether there is something to pause or to resume: an ended session has nothing that moves. */
export function canPause({ delay, sessionId }: Pick<DeskState, 'delay' | 'sessionId'>): boolean {
  return delay !== null && (sessionId !== null || delay.state === 'paused');
}

/**
 * The state of a delay in words; `sinceMs` is how long ago the server sent it, from which a countdown continues.
 * `isMeant`: the show is meant to be delayed.
 */
export function delayStands(
  delay: Pick<PictureDelay, 'state' | 'holdMs' | 'delayMs'>,
  sinceMs: number,
  isMeant = false,
): DelayStands {
  const set = delayLabel(delay.delayMs);
  const { name, text, severity } = delayStateText(delay.state);
  const figures: Partial<Record<MeasuredDelay['state'], string>> = {
    running: ` ${set} behind`,
    gliding: ` to ${set}`,
    holding: delay.holdMs === null ? '' : ` ${seconds(Math.max(0, delay.holdMs - sinceMs))}`,
  };
  const tone = delay.state === 'live' && isMeant ? 'warn' : severity;
  return { tone, title: `${name}${figures[delay.state] ?? ''}`, detail: text(set) };
}

/** A delay as a director types it, in seconds: `12`, `12.5`, `12,5 s`; `null` where it is not one. */
export function typedDelay(text: string): number | null {
  const match = /^(\d+(?:[.,]\d{1,3})?)\s*s?$/.exec(text.trim());
  if (match?.[1] === undefined) return null;
  const ms = Math.round(Number(match[1].replace(',', '.')) * 1000);
  return ms <= MAX_DELAY_MS ? ms : null;
}

/** A delay changed by some steps, within what is allowed. */
export function stepped(delayMs: number, byMs: number): number {
  return Math.min(MAX_DELAY_MS, Math.max(0, delayMs + byMs));
}

/** The next preset up or down. */
export function nextPreset(delayMs: number, direction: 1 | -1, all: readonly number[] = PRESETS_MS.graphics): number {
  const presets = direction === 1 ? all : [...all].reverse();
  return presets.find((preset) => (preset - delayMs) * direction > 0) ?? delayMs;
}
