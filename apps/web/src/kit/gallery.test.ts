import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const HERE = new URL('.', import.meta.url);
const files = readdirSync(HERE);
const components = files.filter((file) => file.endsWith('.tsx') && !/\.(gallery|test)\.tsx$/.test(file));

describe('a component of the kit', () => {
  it.each(components)('%s shows its states in the gallery', (file) => {
    const gallery = file.replace('.tsx', '.gallery.tsx');
    expect(files).toContain(gallery);
    expect(readFileSync(new URL(gallery, HERE), 'utf8')).toContain('export const STATES: GalleryStates');
  });

  it.each(files.filter((file) => file.endsWith('.css') && file !== 'tokens.css'))(
    '%s is in a layer, so that pages win over it',
    (file) => {
      const css = readFileSync(new URL(file, HERE), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
      const outside = css.replace(/^@import [^;]+ layer\(vendor\);$/gm, '').trim();
      expect(outside).toMatch(/^@layer (base|kit) \{[\s\S]*\}$/);
    },
  );
});
