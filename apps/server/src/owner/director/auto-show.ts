import {
  type AutoRules,
  type AutoWait,
  MOMENT_KINDS,
  type MomentKind,
  type OnAir,
  SLOTS,
  type Slot,
  type SlotsSet,
} from '@okboxbox/protocol';
import type { Suggestion } from '@okboxbox/race-view';

/**
 * The rules of a show that runs itself, as a state machine without a clock: what is on air, what is worth showing and the
 * instant go in, the next cue comes out. Live and in a dry run alike.
 */

/** These cut in on something less important, and do not wait until the screen has rested. */
const URGENT: ReadonlySet<MomentKind> = new Set(['finish', 'results', 'start', 'grid', 'incident', 'leader-pits']);
/** What is on air stays this long, whatever comes, in ms. */
export const MIN_SHOWN_MS = 5_000;
/** The screen rests this long between two graphics, in ms. */
export const REST_MS = 10_000;
/** What goes on, such as a battle, is shown again after this long at the earliest, in ms. */
export const AGAIN_MS = 180_000;

/** What makes a moment the same one as another. */
export interface MomentName {
  readonly id: string;
  /** The cars of its battle; empty where it is none. */
  readonly cars: readonly number[];
}

/** A moment that was cued, on the clock of the steps. */
export interface AiredMoment extends MomentName {
  readonly kind: MomentKind;
  readonly from: number;
  readonly until: number;
}

/** What is remembered of a session from one step to the next. */
export interface AutoMemory {
  /** What was cued last; before a first cue, `null`. */
  readonly last: AiredMoment | null;
  /** What was cued within `AGAIN_MS`. */
  readonly recent: readonly AiredMoment[];
}

/** Nothing was cued in the session yet. */
export const NOTHING_AIRED: AutoMemory = { last: null, recent: [] };

/** What a step looks at. */
export interface AutoView {
  /** In ms, on a clock that does not go back. */
  readonly now: number;
  /** What is worth showing, the most important first. */
  readonly moments: readonly Suggestion[];
  readonly rules: AutoRules;
  /** What has been cued. */
  readonly onAir: OnAir;
}

/** A cue that a show makes by itself. */
export interface AutoCue {
  readonly moment: Suggestion;
  readonly set: SlotsSet;
  readonly holdMs: number;
}

/** What a step comes to: a cue, or what is waited for, or neither. */
export interface AutoStep {
  readonly memory: AutoMemory;
  readonly cue: AutoCue | null;
  readonly next: { readonly moment: Suggestion; readonly at: number; readonly waitsFor: AutoWait } | null;
}

/** Looks once: about every second is often enough. */
export function stepAuto(memory: AutoMemory, view: AutoView): AutoStep {
  const { now, moments, rules, onAir } = view;
  const recent = memory.recent.filter(({ from }) => now - from < AGAIN_MS);
  const remembered: AutoMemory = { last: memory.last, recent };
  const known = [...recent, ...(memory.last === null ? [] : [memory.last])];
  let next: AutoStep['next'] = null;
  for (const moment of moments) {
    const rule = rules[moment.kind];
    const name = momentName(moment);
    if (!rule.on || known.some((each) => isSame(each, name))) continue;
    const { at, waitsFor } = earliest(moment.kind, memory.last, now);
    const set = settable(moment.set, memory.last, onAir, now);
    if (!SLOTS.some((slot) => set[slot])) {
      next ??= { moment, at, waitsFor: 'kept' };
      continue;
    }
    if (at > now) {
      // Nothing less important may come sooner, but for what was found to be kept.
      return { memory: remembered, cue: null, next: { moment, at, waitsFor } };
    }
    const holdMs = rule.holdS * 1000;
    const aired = { ...name, kind: moment.kind, from: now, until: now + holdMs };
    return { memory: { last: aired, recent: [...recent, aired] }, cue: { moment, set, holdMs }, next: null };
  }
  return { memory: remembered, cue: null, next };
}

/** What a moment is known again by. */
export function momentName({ id, set }: Pick<Suggestion, 'id' | 'set'>): MomentName {
  return { id, cars: typeof set.battle === 'object' ? (set.battle?.cars ?? []) : [] };
}

/** Whether two moments are the same one: also a battle whose cars have changed places, or that another car has joined. */
export function isSame(one: MomentName, other: MomentName): boolean {
  return one.id === other.id || one.cars.filter((car) => other.cars.includes(car)).length > 1;
}

/** When a moment may be cued at the earliest, and what it waits for until then. */
function earliest(kind: MomentKind, last: AiredMoment | null, now: number): { at: number; waitsFor: AutoWait } {
  if (last === null) return { at: now, waitsFor: 'rest' };
  if (!URGENT.has(kind)) {
    const at = Math.max(now, last.until + REST_MS);
    return { at, waitsFor: now < last.until ? 'shown' : 'rest' };
  }
  const cutsIn = MOMENT_KINDS.indexOf(kind) < MOMENT_KINDS.indexOf(last.kind);
  const at = cutsIn ? Math.min(last.until, last.from + MIN_SHOWN_MS) : last.until;
  return { at: Math.max(now, at), waitsFor: 'shown' };
}

/**
 * The slots of a moment that may be set: what a director has put on air to stay, stays. Slots of the moment before that
 * are still on air are taken off.
 */
function settable(set: SlotsSet, last: AiredMoment | null, onAir: OnAir, now: number): SlotsSet {
  const found: SlotsSet = {};
  for (const slot of SLOTS) {
    const shown = onAir[slot];
    const isOfLast = last !== null && now < last.until && shown?.until === last.until;
    if (isOfLast) Object.assign(found, { [slot]: null });
    if (set[slot] !== undefined && !isKept(slot, onAir)) Object.assign(found, { [slot]: set[slot] });
  }
  return found;
}

function isKept(slot: Slot, onAir: OnAir): boolean {
  return slot !== 'tower' && onAir[slot]?.until === null;
}
