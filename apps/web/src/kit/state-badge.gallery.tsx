import type { GalleryStates } from './gallery.js';
import { StateBadge } from './state-badge.js';

export const STATES: GalleryStates = {
  ok: () => <StateBadge state="ok">live</StateBadge>,
  warn: () => <StateBadge state="warn">stale 12 s</StateBadge>,
  bad: () => <StateBadge state="bad">reconnecting 4 s</StateBadge>,
  off: () => <StateBadge state="off">ended</StateBadge>,
};
