import latinExt from '@fontsource-variable/saira/files/saira-latin-ext-wdth-normal.woff2?url';
import latin from '@fontsource-variable/saira/files/saira-latin-wdth-normal.woff2?url';
import vietnamese from '@fontsource-variable/saira/files/saira-vietnamese-wdth-normal.woff2?url';

/** The files of the type of all overlays, with the characters of each, as its style sheet has them for our own pages. */
const FILES = [
  [
    latin,
    'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD',
  ],
  [
    latinExt,
    'U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF',
  ],
  [
    vietnamese,
    'U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB',
  ],
] as const;

/** How many graphics of this script are drawn in the type in a document, and what was added to it. */
const used = new WeakMap<Document, { users: number; readonly faces: readonly FontFace[] }>();

/**
 * Gives a document the type that graphics are drawn in, once for all graphics of this script. Resolves when the common
 * characters are there, or cannot be loaded; the function that it resolves with takes the type out again.
 */
export async function addType(document: Document): Promise<() => void> {
  const known = used.get(document) ?? { users: 0, faces: facesOf(document) };
  used.set(document, known);
  known.users += 1;
  // Without its type a graphic is still better than none.
  await known.faces[0]?.load().catch(() => undefined);
  let isUsed = true;
  return () => {
    if (!isUsed) return;
    isUsed = false;
    known.users -= 1;
    if (known.users > 0) return;
    for (const face of known.faces) document.fonts.delete(face);
    used.delete(document);
  };
}

function facesOf(document: Document): readonly FontFace[] {
  return FILES.map(([url, unicodeRange]) => {
    const face = new FontFace('Saira Variable', `url(${JSON.stringify(url)}) format('woff2')`, {
      weight: '100 900',
      stretch: '50% 125%',
      unicodeRange,
    });
    document.fonts.add(face);
    return face;
  });
}
