/** Shortest secret that HS256 tokens are signed with, in characters. */
const MIN_LENGTH = 32;
/** Fewest bits that must be left to guess. 32 random hexadecimal digits have 128; the estimate gives them 83 to 126. */
const MIN_BITS = 80;
/** Orders that people type characters in: ASCII, which holds the alphabet, and the rows of a keyboard. */
const ASCII = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => i + 32)).replace(/[A-Z]/g, '');
const ROWS = [ASCII, '1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'].flatMap((row) => [
  row,
  [...row].reverse().join(''),
]);
/** How many characters may lie between those of a row, as in `a1b2c3`. */
const MAX_INTERLEAVED = 4;
/** The pairs of letters that most English text is made of; of random ones, one in seven is among them. */
const ENGLISH_PAIRS = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ' +
    'ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un ' +
    'lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ' +
    'ld ry mp fe bl ab gh ty op wo sa ay ex ke ey cr up'
  ).split(' '),
);
/** From this share, and this many, of such pairs on, a text is taken for words. */
const ENGLISH_SHARE = 0.5;
const MIN_ENGLISH_PAIRS = 11;
/** What a character of English text adds, in bits: 1 to 1.5 are measured. */
const ENGLISH_BITS = 1.25;

/**
 * What is wrong with a text as the secret that tokens are signed with, or `null` where it is good enough. The words
 * follow "it must be", and never repeat the secret.
 */
export function weaknessOfSecret(secret: string): string | null {
  const wanted = `at least ${MIN_LENGTH} random characters, such as "openssl rand -base64 48" prints`;
  if (secret.length < MIN_LENGTH) return `${wanted}; this one has ${secret.length}`;
  if (bitsToGuess(secret) >= MIN_BITS) return null;
  return `${wanted}; this one is easy to guess: it repeats itself, counts up or is made of words`;
}

/**
 * Roughly how many bits of a text have to be guessed: what its characters' frequencies leave open, for each character
 * that does not follow from those before it.
 */
export function bitsToGuess(text: string): number {
  const characters = [...text.toLowerCase()];
  const unpredicted = characters.filter((_, i) => !isPredicted(characters, i)).length;
  const bits = unpredicted * bitsPerCharacter([...text]);
  return readsAsWords(text) ? Math.min(bits, characters.length * ENGLISH_BITS) : bits;
}

/** Whether a character repeats what stood before, or goes on with a row. */
function isPredicted(characters: readonly string[], i: number): boolean {
  const lastThree = characters.slice(Math.max(0, i - 2), i + 1).join('');
  if (i > 2 && characters.slice(0, i).join('').includes(lastThree)) return true;
  for (let step = 1; step <= MAX_INTERLEAVED && i >= 2 * step; step++) {
    const three = `${characters[i - 2 * step]}${characters[i - step]}${characters[i]}`;
    if (ROWS.some((row) => row.includes(three))) return true;
  }
  return false;
}

/** Shannon's entropy of single characters, in bits. */
function bitsPerCharacter(characters: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / characters.length;
    return sum - share * Math.log2(share);
  }, 0);
}

function readsAsWords(text: string): boolean {
  const pairs = [...text].slice(1).map((character, i) => `${text[i]}${character}`);
  const ofLetters = pairs.filter((pair) => /^[a-z]{2}$/i.test(pair));
  // Words do not change to a capital in their middle; random letters do.
  const english = ofLetters.filter((pair) => !/[a-z][A-Z]/.test(pair) && ENGLISH_PAIRS.has(pair.toLowerCase())).length;
  return english >= MIN_ENGLISH_PAIRS && english > ofLetters.length * ENGLISH_SHARE;
}
