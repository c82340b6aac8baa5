import { isOverlayKind, type OnAir, SLOTS, type Slot, type Watcher } from '@okboxbox/protocol';
import { loadOverlays } from '../overlays/catalogue.js';
import { SLOTS_AT_ONE_PLACE } from '../overlays/cued-overlays.js';

const overlays = await loadOverlays();

/** An output that has not reported for this long is not heard of any more, in ms. */
export const SILENT_MS = 15_000;

/** What people call an overlay. */
export function overlayTitle(kind: string): string {
  return overlays.find((overlay) => overlay.kind === kind)?.title ?? kind;
}

/** Whether an output can be seen, as far as it has said: one that is hidden in OBS, or silent, draws nothing. */
function isSeen({ visible, reportedAt }: Watcher, serverNow: number): boolean {
  return visible !== false && reportedAt !== null && serverNow - reportedAt <= SILENT_MS;
}

/** Overlays that some output of the show shows now. */
function shownOverlays(watchers: readonly Watcher[], serverNow: number) {
  const names = new Set(watchers.filter((watcher) => isSeen(watcher, serverNow)).map(({ name }) => name));
  return overlays.filter(({ kind }) => names.has(kind));
}

/** Slots that are on air and that no output draws now: a cue of these would be seen by nobody. */
export function undrawnSlots(onAir: OnAir, watchers: readonly Watcher[], serverNow: number): readonly Slot[] {
  const shown = shownOverlays(watchers, serverNow);
  const isDrawn = (slot: Slot) =>
    shown.some(({ draws, slot: own, board }) =>
      slot === 'results' && own === 'results' ? onAir.results?.of === board : own === slot || draws.includes(slot),
    );
  return SLOTS.filter((slot) => onAir[slot] !== null && !isDrawn(slot));
}

/** The overlays that would draw a slot, for those who look for the one to open in OBS. */
export function overlaysOf(slot: Slot): readonly string[] {
  return overlays.filter(({ slot: own, kind }) => own === slot && isOverlayKind(kind)).map(({ title }) => title);
}

/** Slots that would be on air together and stand at one place, where a stage shows only the one that was cued last; none where it is one. */
export function slotsInTheWay(onAir: OnAir): readonly Slot[] {
  const there = SLOTS_AT_ONE_PLACE.filter((slot) => onAir[slot] !== null);
  return there.length > 1 ? there : [];
}
