/**
 * A support pack as one HTML page that needs no server: the viewer that is built with the pages, and the pack's text in it.
 * The command line writes such a page, and so does the console.
 */

/** Id of the element that holds a pack's text. */
export const PACK_ELEMENT_ID = 'support-pack';

const BEFORE = `<script type="application/json" id="${PACK_ELEMENT_ID}">`;
const AFTER = '</script>';

/** The element as the viewer is built: without a pack. */
export const EMPTY_PACK_ELEMENT: string = `${BEFORE}null${AFTER}`;

/**
 * Puts a pack into the viewer: its text to the character, since hashes are of that. `null` where the page is not the viewer.
 */
export function pageOfPack(viewer: string, packText: string): string | null {
  // The last one: the viewer's own script may have the same words in it.
  const at = viewer.lastIndexOf(EMPTY_PACK_ELEMENT);
  if (at === -1) return null;
  return `${viewer.slice(0, at)}${BEFORE}${jsonInPage(packText)}${AFTER}${viewer.slice(at + EMPTY_PACK_ELEMENT.length)}`;
}

/** Signs that begin or end something in HTML or in a script, wherever they stand. */
const SIGNS = /[<>&\u2028\u2029]/g;

/** A text as a JSON string that nothing in a page can take for its own: it cannot end the element that it stands in. */
function jsonInPage(text: string): string {
  return JSON.stringify(text).replace(SIGNS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
