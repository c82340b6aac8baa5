import { DELAY_PRESETS_MS, MAX_DELAY_MS, type MeasuredDelay } from '@okboxbox/protocol';
import { delayWords, seconds } from '../format.js';

/** Where the delay stands, as the desk says it. */
export interface DelayStands {
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly title: string;
  readonly detail: string;
}

/** Words for a delay; `sinceMs` is how long ago it was told, which a countdown goes on from. */
export function delayStands(delay: MeasuredDelay, sinceMs: number): DelayStands {
  const set = delayWords(delay.delayMs);
  const holdMs = delay.holdMs === null ? null : Math.max(0, delay.holdMs - sinceMs);
  switch (delay.state) {
    case 'live':
      return { tone: 'bad', title: 'Live', detail: 'No delay: the public sees everything at once, cues too.' };
    case 'holding':
      return {
        tone: 'warn',
        title: holdMs === null ? 'Holding' : `Holding ${seconds(holdMs)}`,
        detail:
          holdMs === null
            ? `The picture stands still until it can be ${set} behind.`
            : `The picture stands still until it is ${set} behind, then goes on by itself.`,
      };
    case 'running':
      return { tone: 'ok', title: `Running ${set} behind`, detail: 'The public sees everything so much later.' };
    case 'gliding':
      return {
        tone: 'warn',
        title: `Gliding to ${set}`,
        detail: `The picture runs up to a fifth faster than the race until it is ${set} behind.`,
      };
    case 'paused':
      return {
        tone: 'warn',
        title: 'Paused',
        detail: `The picture stands still and falls behind. At ${delayWords(MAX_DELAY_MS)} it goes on by itself.`,
      };
    case 'ending':
      return {
        tone: 'warn',
        title: 'Ending',
        detail: `The session is over; the public has yet to see its last ${set}.`,
      };
    default:
      return delay.state satisfies never;
  }
}

/** A delay as a director types it, in seconds: `12`, `12.5`, `12,5 s`; `null` where that is none. */
export function typedDelay(text: string): number | null {
  const match = /^(\d+(?:[.,]\d{1,3})?)\s*s?$/.exec(text.trim());
  if (match?.[1] === undefined) return null;
  const ms = Math.round(Number(match[1].replace(',', '.')) * 1000);
  return ms <= MAX_DELAY_MS ? ms : null;
}

/** A delay some steps away, within what is allowed. */
export function stepped(delayMs: number, byMs: number): number {
  return Math.min(MAX_DELAY_MS, Math.max(0, delayMs + byMs));
}

/** The next preset up or down. */
export function nextPreset(delayMs: number, direction: 1 | -1): number {
  const presets: readonly number[] = direction === 1 ? DELAY_PRESETS_MS : [...DELAY_PRESETS_MS].reverse();
  return presets.find((preset) => (preset - delayMs) * direction > 0) ?? delayMs;
}
