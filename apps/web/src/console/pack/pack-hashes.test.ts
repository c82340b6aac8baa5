import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashedParts, partTexts } from './pack-hashes.js';
import { manifestOf, PARTS, packText } from './testing/pack.js';

const hashed = (parts: Readonly<Record<string, unknown>>) => {
  const manifest = manifestOf(parts);
  const sections = manifest.sections.map((section) => ({
    ...section,
    sha256: createHash('sha256').update(JSON.stringify(parts[section.name])).digest('hex'),
  }));
  return { ...manifest, sections };
};

afterEach(() => vi.restoreAllMocks());

describe('the hashes of a support pack', () => {
  it('are of the parts as they stand in the file, whatever is in them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1), (parts, indent) => {
        const own = Object.fromEntries(Object.entries(parts).filter(([name]) => name !== '__proto__'));
        const texts = partTexts(JSON.stringify({ manifest: { sections: [{}] }, sections: own }, null, indent));
        expect([...texts.keys()].sort()).toEqual(Object.keys(own).sort());
        for (const [name, text] of texts) expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(own[name]));
      }),
    );
  });

  it('match in a pack as it was made, and name the part that was changed since', async () => {
    const manifest = hashed(PARTS);
    const all = Object.keys(PARTS);
    expect(await hashedParts(packText(PARTS, manifest), manifest)).toEqual({ same: all, changed: [], added: [] });
    const text = packText(PARTS, manifest).replace('"evicted":3', '"evicted":0');
    const others = all.filter((name) => name !== 'events');
    expect(await hashedParts(text, manifest)).toEqual({ same: others, changed: ['events'], added: [] });
  });

  it('name parts that were taken out, and count none of them', async () => {
    const manifest = hashed(PARTS);
    const { events: _, findings: __, ...kept } = PARTS;
    const parts = await hashedParts(packText(kept, manifest), manifest);
    expect(parts).toEqual({ same: Object.keys(kept), changed: ['findings', 'events'], added: [] });
  });

  it('name parts that no hash is of, whether the manifest speaks of them or not', async () => {
    const { findings: _, ...made } = PARTS;
    const manifest = hashed(made);
    const text = packText(PARTS, manifest);
    expect(await hashedParts(text, manifest)).toMatchObject({ changed: [], added: ['findings'] });
    const withRow = { ...manifest, sections: [...manifest.sections, ...manifestOf({ findings: 1 }).sections] };
    expect(await hashedParts(text, withRow)).toMatchObject({ changed: [], added: ['findings'] });
  });

  it('are of no part whose name stands twice', async () => {
    const manifest = hashed(PARTS);
    const text = packText(PARTS, manifest).replace('"sections":{"summary"', '"sections":{"events":{},"summary"');
    expect(JSON.parse(text).sections).toEqual(PARTS);
    expect(await hashedParts(text, manifest)).toMatchObject({ changed: ['events'] });
  });

  it('are made once of each part, however many rows a manifest has of it', async () => {
    const manifest = hashed({ events: PARTS.events });
    const rows = Array.from({ length: 300 }, () => manifest.sections).flat();
    const digest = vi.spyOn(globalThis.crypto.subtle, 'digest');
    expect(await hashedParts(packText(PARTS, manifest), { ...manifest, sections: rows })).toMatchObject({
      same: ['events'],
    });
    expect(digest).toHaveBeenCalledOnce();
  });
});
