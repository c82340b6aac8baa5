import type { GraphicsManifest } from 'ograf';
import { loadOverlays } from '../overlays/catalogue.js';
import { manifestOf } from './manifest.js';

/** The manifests of all graphics, by their kinds: every overlay but the stage, which draws what the desk cues. */
export async function manifests(version: string): Promise<Readonly<Record<string, GraphicsManifest>>> {
  const graphics = (await loadOverlays()).filter(({ kind }) => kind !== 'stage');
  return Object.fromEntries(graphics.map((overlay) => [overlay.kind, manifestOf(overlay, version)] as const));
}
