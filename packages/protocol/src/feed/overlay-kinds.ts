/** The overlays that exist, each by the name in its address, `/overlay/KIND`; each has a folder of that name in the pages. */
export const OVERLAY_KINDS = [
  'stage',
  'timing-tower',
  // One kind a line.
  'lower-third',
  'battle-box',
  'flag',
  'race-control',
  'results',
  'grid',
  'fastest-lap',
  'pit-board',
  'clock',
  'ticker',
  'track-map',
] as const;
export type OverlayKind = (typeof OVERLAY_KINDS)[number];

/** The overlay of a link for which nobody has chosen one. */
export const USUAL_OVERLAY: OverlayKind = 'timing-tower';

/** Whether an overlay of that name exists. */
export function isOverlayKind(name: string): name is OverlayKind {
  return (OVERLAY_KINDS as readonly string[]).includes(name);
}
