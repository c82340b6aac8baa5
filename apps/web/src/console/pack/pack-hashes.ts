import type { PackManifest } from '@okboxbox/protocol';

/**
 * The parts of a pack as they stand in its text, to the character: hashes are of these, not of what they mean. One whose
 * name stands twice is empty, which no hash is of: which of them is read is up to the reader.
 */
export function partTexts(text: string): ReadonlyMap<string, string> {
  // Of what stands twice, the last is what has been read of the pack.
  const sections = membersOf(text, text.indexOf('{')).findLast(({ name }) => name === 'sections');
  const texts = new Map<string, string>();
  if (sections === undefined) return texts;
  for (const { name, from, to } of membersOf(text, sections.from))
    texts.set(name, texts.has(name) ? '' : text.slice(from, to));
  return texts;
}

/** What the hashes of a manifest say of the parts in a pack's text. */
export interface HashedParts {
  /** Parts that were hashed, and are as the server made them. */
  readonly same: readonly string[];
  /** Parts that are others than the hash says, or gone: somebody or something has changed them since. */
  readonly changed: readonly string[];
  /** Parts that no hash is of: the server has not made them. */
  readonly added: readonly string[];
}

/** Holds each part against its hash. `null` where this page cannot tell, as browsers hash on secure addresses only. */
export async function hashedParts(text: string, { sections }: PackManifest): Promise<HashedParts | null> {
  const { subtle } = globalThis.crypto;
  if (subtle === undefined) return null;
  const texts = partTexts(text);
  const hashes = new Map<string, string>();
  for (const { name, sha256 } of sections) if (sha256 !== null) hashes.set(name, sha256);
  const same: string[] = [];
  const changed: string[] = [];
  for (const [name, sha256] of hashes) {
    const part = texts.get(name);
    const isSame = part !== undefined && (await hashOf(subtle, part)) === sha256;
    (isSame ? same : changed).push(name);
  }
  return { same, changed, added: [...texts.keys()].filter((name) => !hashes.has(name)) };
}

async function hashOf(subtle: SubtleCrypto, part: string): Promise<string> {
  const hash = new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(part)));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where the value of a member stands in a text. */
interface Member {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The members of the object that begins at a place of well-formed JSON, in their order. */
function membersOf(text: string, from: number): readonly Member[] {
  const members: Member[] = [];
  if (text[from] !== '{') return members;
  let at = afterSpace(text, from + 1);
  while (at < text.length && text[at] !== '}') {
    const nameEnd = valueEnd(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const begin = afterSpace(text, afterSpace(text, nameEnd) + 1);
    const end = valueEnd(text, begin);
    members.push({ name, from: begin, to: end });
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
  return members;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** Behind the value that begins at a place. */
function valueEnd(text: string, from: number): number {
  if (text[from] === '"') return stringEnd(text, from);
  if (text[from] !== '{' && text[from] !== '[') {
    let at = from;
    while (at < text.length && !',}] \n\r\t'.includes(text[at] as string)) at++;
    return at;
  }
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = stringEnd(text, at) - 1;
    else if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
