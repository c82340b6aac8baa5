import { type AutoState, type OnAir, SLOTS, type Slot, type SlotsSet } from '@okboxbox/protocol';
import { STORED } from '../../unsaved-settings.js';
import type { Before, BroadcastDelayService } from '../audience/broadcast-delay.js';
import type { SessionRegistry } from '../session/registry.js';
import type { ShowSettings } from '../shows/show-settings.js';
import type { Shows } from '../shows/shows.js';
import type { AutoShows } from './auto-shows.js';
import { slotNames } from './cues.js';
import type { WayBack } from './undo-stack.js';

/** What the ways back need. */
export interface WayBackDeps {
  readonly registry: SessionRegistry;
  readonly broadcasts: BroadcastDelayService;
  readonly shows: Shows;
}

/** Both figures of the delays, in ms. */
type DelayFigures = Pick<ShowSettings, 'delayMs' | 'publicExtraMs'>;

/** Back to other delays: a shorter one is reached by a glide. `null` where nothing is different. */
export function delayBack({ broadcasts, shows }: WayBackDeps, show: string, from: DelayFigures, to: DelayFigures) {
  const changed = (['delayMs', 'publicExtraMs'] as const).filter((figure) => from[figure] !== to[figure]);
  if (changed.length === 0) return null;
  const change = Object.fromEntries(changed.map((figure) => [figure, from[figure]]));
  const names = { delayMs: 'the delay', publicExtraMs: 'the extra delay of the public picture' };
  const words = changed.map((figure) => `${names[figure]} from ${inS(from[figure])} to ${inS(to[figure])}`);
  return {
    says: `changed ${words.join(' and ')}`,
    asks: changed.some((figure) => from[figure] === 0),
    stands: () => changed.every((figure) => shows.get(show)[figure] === to[figure]),
    undo: async () => (await broadcasts.setDelay(show, change, 'glide')).stored,
  } satisfies WayBack;
}

/** Back from a pause; `null` where the pictures were paused already. */
export function pauseBack({ broadcasts }: WayBackDeps, show: string, { delays }: Before): WayBack | null {
  if (delays.graphics.playhead.moves === 'paused') return null;
  return {
    says: 'paused the pictures',
    stands: () => isPaused(broadcasts, show),
    undo: async () => (await broadcasts.resume(show, 'jump')).stored,
  };
}

/** Back into a pause, where the pictures are now; `null` where they were not paused. */
export function resumeBack({ broadcasts }: WayBackDeps, show: string, { delays }: Before): WayBack | null {
  if (delays.graphics.playhead.moves !== 'paused') return null;
  return {
    says: 'resumed the pictures',
    stands: () => !isPaused(broadcasts, show),
    undo: async () => (await broadcasts.pause(show)).stored,
  };
}

/** Back to whether the show was published; `null` where nothing is different. */
export function publishBack(
  { broadcasts, shows }: WayBackDeps,
  show: string,
  was: boolean,
  published: boolean,
): WayBack | null {
  if (was === published) return null;
  return {
    says: published ? 'published the show' : 'unpublished the show',
    asks: !published,
    stands: () => shows.get(show).published === published,
    undo: async () => (await broadcasts.publish(show, was)).stored,
  };
}

/**
 * Back to what a setting of a show was, where it is still what the act made of it. It is no setting that opens or closes
 * what viewers see. `null` where nothing is different.
 */
export function settingBack<K extends Exclude<keyof ShowSettings, 'delayMs' | 'publicExtraMs' | 'published' | 'links'>>(
  { shows }: WayBackDeps,
  show: string,
  setting: { readonly key: K; readonly from: ShowSettings[K]; readonly to: ShowSettings[K]; readonly says: string },
): WayBack | null {
  const { key, from, to, says } = setting;
  if (isSame(from, to)) return null;
  return {
    says,
    stands: () => isSame(shows.get(show)[key], to),
    undo: () => shows.change(show, () => ({ next: { [key]: from }, closes: false })),
  };
}

/** The settings of a show that runs by itself which a director sets. */
type AutoSettings = Pick<AutoState, 'isRunning' | 'rules'>;

/** Back to whether a show ran by itself, and by which rules; `null` where nothing is different. */
export function autoBack(
  auto: AutoShows,
  show: string,
  who: string,
  from: AutoSettings,
  to: AutoSettings,
): WayBack | null {
  const changed = ({ isRunning, rules }: AutoSettings) => ({
    ...(from.isRunning !== to.isRunning && { on: isRunning }),
    ...(!isSame(from.rules, to.rules) && { rules }),
  });
  const back = changed(from);
  if (Object.keys(back).length === 0) return null;
  const rulesAlone = 'changed the rules by which the show runs itself';
  return {
    says: back.on === undefined ? rulesAlone : to.isRunning ? 'let the show run by itself' : 'took control of the show',
    stands: () => isSame(changed(auto.of(show)), changed(to)),
    undo: () => auto.set(show, who, back),
  };
}

/** What a show follows, by names. */
export interface Followed {
  readonly sessionId: string | null;
  readonly relayId: string | null;
}

/** Back to what the show followed, by choosing that again; `null` where there was nothing, or it is the same. */
export function followBack({ broadcasts }: WayBackDeps, show: string, from: Followed, to: Followed): WayBack | null {
  const { followed } = broadcasts;
  if (from.sessionId === null || isSame(from, to)) return null;
  const { sessionId, relayId } = from;
  const changesRelay = relayId !== null && relayId !== to.relayId;
  const now = (): Followed => ({
    sessionId: followed.of(show)?.sessionId ?? null,
    relayId: followed.mainFeed(show)?.relayId ?? null,
  });
  const feeds = () => followed.running(show).some(({ relays }) => relays.some((each) => each.relayId === relayId));
  return {
    says: changesRelay ? `made ${to.relayId} the main feed` : `followed the session ${to.sessionId}`,
    stands: () => isSame(now(), to) && (!changesRelay || feeds()),
    undo: async () => {
      if (changesRelay) await followed.choose(show, { relayId });
      if (now().sessionId !== sessionId) await followed.choose(show, { sessionId });
      return STORED;
    },
  };
}

/**
 * Back from finishing a show, as long as it is not finished: the plan ends, and what was on air is there again. `cue` is the
 * way back from its results.
 */
export function finishBack(
  { broadcasts, shows }: WayBackDeps,
  show: string,
  planned: NonNullable<ShowSettings['finishing']>,
  cue: WayBack | null,
): WayBack {
  return {
    says: 'finished the show',
    stands: () => shows.get(show).finishing === planned,
    undo: async () => {
      const { stored } = await broadcasts.planFinish(show, null);
      if (cue?.stands()) await cue.undo();
      return stored;
    },
  };
}

/** A cue that was given. */
export interface GivenCue {
  readonly sessionId: string;
  readonly set: SlotsSet;
  readonly scene: string | undefined;
  /** What it came to. */
  readonly slots: Partial<OnAir>;
  /** What was there instead, and the instant in the picture from which it is there again: oldest first. */
  readonly before: readonly { readonly at: number; readonly onAir: OnAir }[];
}

/**
 * Back to the slots of before a cue: from now on where it has aired, and otherwise as if it had never been given. What
 * came into a slot since, or has left it, stays so.
 */
export function cueBack({ broadcasts, registry }: WayBackDeps, show: string, cue: GivenCue): WayBack | null {
  const { sessionId, slots, before } = cue;
  const keys = Object.keys(slots) as (keyof OnAir)[];
  if (before.every(({ onAir }) => keys.every((key) => isSame(onAir[key], slots[key])))) return null;
  const running = () => registry.liveSession(sessionId);
  const standing = () => {
    const onAir = running()?.state.onAir;
    return onAir === undefined ? [] : keys.filter((key) => isSame(onAir[key], slots[key]));
  };
  const hasLeft = (key: keyof OnAir) => key === 'scene' || leavesBy(slots[key], broadcasts.of(show).position());
  return {
    says: cueWords(cue),
    stands: () => standing().some((key) => !hasLeft(key)),
    undo: () => {
      const session = running();
      const taken = standing();
      for (const { at, onAir } of before) {
        if (session !== undefined)
          broadcasts.uncue(session, Object.fromEntries(taken.map((key) => [key, onAir[key]])), at);
      }
      return STORED;
    },
  };
}

function isPaused(broadcasts: BroadcastDelayService, show: string): boolean {
  return broadcasts.of(show).delays.graphics.playhead.moves === 'paused';
}

function leavesBy(slot: OnAir[Slot] | string | undefined, at: number): boolean {
  return typeof slot === 'object' && slot !== null && slot.until !== null && slot.until <= at;
}

function cueWords({ set, scene }: GivenCue): string {
  const off = SLOTS.filter((slot) => set[slot] === null);
  const on = slotNames(set).filter((name) => !name.startsWith('-'));
  if (scene !== undefined) return `cued the scene "${scene}"`;
  return [
    ...(on.length > 0 ? [`cued ${on.join(', ')}`] : []),
    ...(off.length > 0 ? [`took off ${off.join(', ')}`] : []),
  ].join(' and ');
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function inS(ms: number): string {
  return `${ms / 1000} s`;
}
