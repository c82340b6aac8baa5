/**
 * iRacing's session text: nearly YAML, but names stand in it as people typed them, with colons, quotes, dashes and
 * hashes that no YAML reader survives. This reads its shape, keys by indentation and items by dashes, and takes whatever
 * follows `Key: ` as text.
 */
export interface TextMap {
  readonly [key: string]: TextNode | undefined;
}
export type TextNode = string | TextMap | readonly TextMap[];

type Level =
  | { readonly level: 'map'; readonly indent: number; readonly map: Record<string, TextNode> }
  | { readonly level: 'list'; readonly indent: number; readonly list: TextMap[] }
  /** A key without a value: what follows says whether it is a map, a list or nothing. */
  | { readonly level: 'open'; readonly indent: number; readonly map: Record<string, TextNode>; readonly key: string };

const LINE = /^( *)(- )?([A-Za-z][A-Za-z0-9_]*):(?: (.*))?$/;

/** Reads a session text; lines that have no shape are left out. Never throws. */
export function readSessionText(text: string): TextMap {
  const root = emptyMap();
  let levels: Level[] = [{ level: 'map', indent: 0, map: root }];
  for (const line of text.split(/\r?\n/)) {
    const [whole, spaces = '', dash, key = '', value = ''] = LINE.exec(line.trimEnd()) ?? [];
    if (whole === undefined) continue;
    const map = dash ? itemAt(levels, spaces.length) : mapAt(levels, spaces.length);
    if (map === null) {
      levels = levels.slice(0, 1);
      continue;
    }
    const text = value.trim();
    map[key] = /^".*"$/.test(text) ? text.slice(1, -1) : text;
    if (text === '') levels.push({ level: 'open', indent: spaces.length + (dash ? 2 : 0), map, key });
  }
  return root;
}

/** The map of a new item of the list at an indent. */
function itemAt(levels: Level[], indent: number): Record<string, TextNode> | null {
  while (levels.length > 1 && (top(levels).indent > indent || top(levels).level === 'map')) levels.pop();
  let level = top(levels);
  if (level.level === 'open') {
    const list: TextMap[] = [];
    level.map[level.key] = list;
    levels.pop();
    level = { level: 'list', indent, list };
    levels.push(level);
  }
  if (level.level !== 'list') return null;
  const map = emptyMap();
  level.list.push(map);
  levels.push({ level: 'map', indent: indent + 2, map });
  return map;
}

/** The map whose keys stand at an indent. */
function mapAt(levels: Level[], indent: number): Record<string, TextNode> | null {
  for (;;) {
    const level = top(levels);
    if (level.level === 'map' && level.indent === indent) return level.map;
    if (level.level === 'open' && level.indent < indent) {
      const map = emptyMap();
      level.map[level.key] = map;
      levels.pop();
      levels.push({ level: 'map', indent, map });
      return map;
    }
    if (levels.length === 1) return null;
    levels.pop();
  }
}

function top(levels: readonly Level[]): Level {
  return levels[levels.length - 1] as Level;
}

function emptyMap(): Record<string, TextNode> {
  return Object.create(null) as Record<string, TextNode>;
}

/** A part of the text by its keys, `undefined` where there is none. */
export function partOf(map: TextMap, ...keys: readonly string[]): TextNode | undefined {
  let node: TextNode | undefined = map;
  for (const key of keys) {
    if (typeof node !== 'object' || Array.isArray(node)) return undefined;
    node = (node as TextMap)[key];
  }
  return node;
}

export function textOf(map: TextMap, ...keys: readonly string[]): string | null {
  const node = partOf(map, ...keys);
  return typeof node === 'string' && node !== '' ? node : null;
}

/** The number that a value begins with, as in `4.28 km`; `null` where there is none. */
export function numberOf(map: TextMap, ...keys: readonly string[]): number | null {
  const number = Number.parseFloat(textOf(map, ...keys) ?? '');
  return Number.isFinite(number) ? number : null;
}

export function listOf(map: TextMap, ...keys: readonly string[]): readonly TextMap[] {
  const node = partOf(map, ...keys);
  return Array.isArray(node) ? (node as readonly TextMap[]) : [];
}

/** Bytes of a text as the sim sends them: UTF-8 where they are valid, else Windows-1252. It ends at the first NUL. */
export function decodeSimText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return windows1252(text);
  }
}

/** What Windows-1252 has where Latin-1 has control characters, from 0x80 to 0x9F; some are of no meaning. */
const FROM_0X80 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Some versions of Node take Latin-1 for Windows-1252, so these are put right here. */
function windows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (char) => FROM_0X80[char.charCodeAt(0) - 0x80] ?? char);
}
