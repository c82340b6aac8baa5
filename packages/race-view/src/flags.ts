/** Flags by how much they matter, and the colour each is drawn in. */
const COLOURS: readonly (readonly [flag: string, colour: string, words: string])[] = [
  ['red', 'red', 'Red'],
  ['checkered', 'checkered', 'Chequered'],
  ['caution', 'yellow', 'Caution'],
  ['yellowWaving', 'yellow', 'Yellow'],
  ['yellow', 'yellow', 'Yellow'],
  ['debris', 'yellow', 'Debris'],
  ['oneLapToGreen', 'yellow', 'One to green'],
  ['white', 'white', 'Last lap'],
  ['green', 'green', 'Green'],
  ['blue', 'blue', 'Blue'],
  ['black', 'black', 'Black'],
  ['disqualified', 'black', 'Disqualified'],
];

/** The flag that counts most of those out, as a colour and a word. */
export function flagShown(flags: readonly string[]): { readonly colour: string; readonly words: string } {
  const shown = COLOURS.find(([flag]) => flags.includes(flag));
  return shown ? { colour: shown[1], words: shown[2] } : { colour: 'none', words: 'No flag' };
}
