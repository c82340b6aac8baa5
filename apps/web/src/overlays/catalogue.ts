/// <reference types="vite/client" />
import { OVERLAY_KINDS, type OverlayKind } from '@okboxbox/protocol';
import type { OverlayDefinition } from './define-overlay.js';

/** Each overlay is a script of its own: a page loads the one that it shows. */
const scripts = import.meta.glob<OverlayDefinition>('./*/overlay.ts', { import: 'overlay' });

/**
 * Loads an overlay's definition.
 * @throws Error where there is no folder for the kind
 */
export async function loadOverlay(kind: OverlayKind): Promise<OverlayDefinition> {
  const load = scripts[`./${kind}/overlay.ts`];
  if (load === undefined) throw new Error(`The folder overlays/${kind} with its overlay.ts is missing.`);
  return load();
}

/** Loads the definitions of all overlays, in the order of their kinds. */
export function loadOverlays(): Promise<readonly OverlayDefinition[]> {
  return Promise.all(OVERLAY_KINDS.map(loadOverlay));
}
