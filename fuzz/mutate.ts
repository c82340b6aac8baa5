import type { Random } from '../apps/server/src/testing/leaks/random.js';

/** What numbers and words in damaged or hostile input tend to be. */
const ABSURD = [
  ...['0', '-1', '-0.5', '1e308', '-1e308', '9007199254740993', '4294967296', '1e-320', 'NaN', 'null', 'true', '""'],
  ...['[]', '{}', '"__proto__"', '"constructor"', '"\\u0000"', '"\\ud800"', '"\u202e\u200b"', '[[[[[[[[]]]]]]]]'],
];
const NUMBER = /-?\d+(?:\.\d+)?/g;

/** One damaged form of a file: from one to four changes, each of a kind that disks, cables and people make. */
export function mutate(original: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(original);
  for (let changes = random.whole(1, 4); changes > 0; changes--) bytes = change(bytes, random);
  return bytes;
}

function change(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return Uint8Array.from([random.whole(0, 255)]);
  const at = random.whole(0, bytes.length - 1);
  const length = Math.min(bytes.length - at, random.pick([1, 2, 4, 8, 64, 1_024, 4_096]));
  switch (random.whole(0, 7)) {
    case 0:
      return withBytes(bytes, at, [(bytes[at] ?? 0) ^ (1 << random.whole(0, 7))]);
    case 1:
      return withBytes(
        bytes,
        at,
        Array.from({ length }, () => random.whole(0, 255)),
      );
    case 2:
      return withBytes(bytes, at, new Array(length).fill(random.pick([0, 0xff])));
    case 3:
      return bytes.slice(0, at);
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 5:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 6:
      return joined(bytes, bytes.subarray(at, at + length));
    default:
      return withAbsurdNumber(bytes, random);
  }
}

/** Puts something absurd in place of one number of a text; of binary data, over four bytes of it. */
function withAbsurdNumber(bytes: Uint8Array, random: Random): Uint8Array {
  const from = random.whole(0, Math.max(0, bytes.length - 4_096));
  const piece = Buffer.from(bytes.subarray(from, from + 4_096)).toString('latin1');
  const numbers = [...piece.matchAll(NUMBER)];
  if (numbers.length === 0) return withBytes(bytes, from, [0xff, 0xff, 0xff, random.pick([0x7f, 0xff])]);
  const number = random.pick(numbers);
  const at = from + number.index;
  const absurd = Buffer.from(random.pick(ABSURD));
  return joined(bytes.subarray(0, at), absurd, bytes.subarray(at + number[0].length));
}

function withBytes(bytes: Uint8Array, at: number, put: readonly number[]): Uint8Array {
  bytes.set(put.slice(0, bytes.length - at), at);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
