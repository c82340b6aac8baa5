import type { LogoType } from '@okboxbox/protocol';

/** What a picture's own bytes say that it is. */
export interface LogoImage {
  readonly type: LogoType;
  readonly widthPx: number;
  readonly heightPx: number;
  /** It moves: what is on air does not. */
  readonly isAnimated: boolean;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * Reads the head of a PNG, JPEG or WebP picture: what it is called, and what a caller says that it is, do not count. `null`
 * where it is none of them, or has no size.
 */
export function logoImage(bytes: Uint8Array): LogoImage | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const image = pngOf(view) ?? jpegOf(view) ?? webpOf(view);
  return image !== null && image.widthPx > 0 && image.heightPx > 0 ? image : null;
}

/** https://www.w3.org/TR/png-3/: the signature, the chunk IHDR with the size first, and `acTL` before the data where it moves. */
function pngOf(view: Buffer): LogoImage | null {
  if (view.length < 33 || !view.subarray(0, 8).equals(PNG) || nameAt(view, 12) !== 'IHDR') return null;
  let isAnimated = false;
  for (let at = 8; at + 8 <= view.length; at += view.readUInt32BE(at) + 12) {
    const name = nameAt(view, at + 4);
    if (name === 'IDAT')
      return { type: 'image/png', ...size(view.readUInt32BE(16), view.readUInt32BE(20)), isAnimated };
    isAnimated ||= name === 'acTL';
  }
  // Without data there is no picture.
  return null;
}

/** ITU-T T.81, annex B: segments with their length; the one that starts the frame has the size. */
function jpegOf(view: Buffer): LogoImage | null {
  if (!view.subarray(0, 3).equals(JPEG)) return null;
  for (let at = 2; at + 9 <= view.length && view[at] === 0xff; ) {
    const marker = view[at + 1] ?? 0;
    const startsFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (startsFrame) {
      return { type: 'image/jpeg', ...size(view.readUInt16BE(at + 7), view.readUInt16BE(at + 5)), isAnimated: false };
    }
    // Bytes of 0xff may stand before a marker.
    at += marker === 0xff ? 1 : 2 + view.readUInt16BE(at + 2);
  }
  return null;
}

/** https://developers.google.com/speed/webp/docs/riff_container: lossy, lossless, or extended with flags. */
function webpOf(view: Buffer): LogoImage | null {
  if (view.length < 30 || nameAt(view, 0) !== 'RIFF' || nameAt(view, 8) !== 'WEBP') return null;
  const type = 'image/webp';
  switch (nameAt(view, 12)) {
    case 'VP8 ':
      if (view.readUIntBE(23, 3) !== 0x9d012a) return null;
      return { type, ...size(view.readUInt16LE(26) & 0x3fff, view.readUInt16LE(28) & 0x3fff), isAnimated: false };
    case 'VP8L': {
      if (view[20] !== 0x2f) return null;
      const bits = view.readUInt32LE(21);
      return { type, ...size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1), isAnimated: false };
    }
    case 'VP8X': {
      const isAnimated = ((view[20] ?? 0) & 0x02) !== 0;
      return { type, ...size(view.readUIntLE(24, 3) + 1, view.readUIntLE(27, 3) + 1), isAnimated };
    }
    default:
      return null;
  }
}

function size(widthPx: number, heightPx: number) {
  return { widthPx, heightPx };
}

function nameAt(view: Buffer, at: number): string {
  return view.toString('latin1', at, at + 4);
}
