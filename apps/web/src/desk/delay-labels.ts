import { DELAY_PRESETS_MS, delayStateText, MAX_DELAY_MS, type MeasuredDelay } from '@okboxbox/protocol';
import { delayLabel, seconds } from '../format.js';

/** The state of the delay, as the desk shows it. */
export interface DelayStands {
  readonly tone: 'ok' | 'warn';
  readonly title: string;
  readonly detail: string;
}

/** The state of a delay in words; `sinceMs` is how long ago the server sent it, from which a countdown continues. */
export function delayStands(delay: MeasuredDelay, sinceMs: number): DelayStands {
  const set = delayLabel(delay.delayMs);
  const { name, text, severity } = delayStateText(delay.state);
  const figures: Partial<Record<MeasuredDelay['state'], string>> = {
    running: ` ${set} behind`,
    gliding: ` to ${set}`,
    holding: delay.holdMs === null ? '' : ` ${seconds(Math.max(0, delay.holdMs - sinceMs))}`,
  };
  return { tone: severity, title: `${name}${figures[delay.state] ?? ''}`, detail: text(set) };
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
export function nextPreset(delayMs: number, direction: 1 | -1): number {
  const presets: readonly number[] = direction === 1 ? DELAY_PRESETS_MS : [...DELAY_PRESETS_MS].reverse();
  return presets.find((preset) => (preset - delayMs) * direction > 0) ?? delayMs;
}
