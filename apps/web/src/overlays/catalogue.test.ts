import { readdirSync } from 'node:fs';
import { OVERLAY_KINDS } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { loadOverlays } from './catalogue.js';
import { readOptions } from './define-overlay.js';
import { STAGED } from './stage/staged.js';

const HERE = new URL('.', import.meta.url);
const overlays = await loadOverlays();

it('every folder with an overlay is a kind that the server knows, and the other way round', () => {
  const folders = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .map((file) => /^([\w-]+)[\\/]overlay\.ts$/.exec(file)?.[1])
    .filter((folder) => folder !== undefined);
  expect(folders.sort()).toEqual([...OVERLAY_KINDS].sort());
  expect(overlays.map(({ kind }) => kind)).toEqual([...OVERLAY_KINDS]);
});

it('the stage knows what puts each overlay on air', () => {
  const slotted = overlays.filter(({ kind }) => kind !== 'stage');
  expect(STAGED).toEqual(
    Object.fromEntries(slotted.map(({ kind, slot, board }) => [kind, { slot, ...(board && { board }) }])),
  );
});

describe.each(overlays.map((overlay) => [overlay.kind, overlay] as const))('the overlay %s', (_, overlay) => {
  it('draws the slot that puts it on air, and names its board where that slot has several', () => {
    if (overlay.slot !== null) expect(overlay.draws).toContain(overlay.slot);
    expect(overlay.board !== undefined).toBe(overlay.slot === 'results');
  });

  it('has all options without any being given, and takes none that its schemas refuse', () => {
    const usual = readOptions(overlay.options, {});
    const absurd = Object.fromEntries(Object.keys(usual).map((name) => [name, { not: 'an option' }]));
    expect(readOptions(overlay.options, absurd)).toEqual(usual);
  });

  it('has a text for each option', () => {
    for (const schema of Object.values(overlay.options.shape)) {
      const { description = '' } = z.globalRegistry.get(schema as z.ZodMiniType) ?? {};
      expect(description.length).toBeGreaterThan(3);
    }
  });
});
