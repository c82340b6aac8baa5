import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A whole PNG of one colour, `[red, green, blue]`, that browsers draw; `first` is put before its data, as chunks are. */
export function logoPng(
  widthPx: number,
  heightPx: number,
  colour: readonly [number, number, number] = [255, 255, 255],
  first: readonly Uint8Array[] = [],
): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(widthPx, 0);
  head.writeUInt32BE(heightPx, 4);
  // Eight bits of red, green and blue.
  head.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([Buffer.from([0]), ...Array.from({ length: widthPx }, () => Buffer.from(colour))]);
  const data = deflateSync(Buffer.concat(Array.from({ length: heightPx }, () => line)));
  return Buffer.concat([
    Buffer.from(SIGNATURE),
    pngChunk('IHDR', head),
    ...first,
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk of a PNG with its length and checksum. */
export function pngChunk(name: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const chunk = Buffer.alloc(named.length + 8);
  chunk.writeUInt32BE(content.length, 0);
  chunk.set(named, 4);
  chunk.writeUInt32BE(crc32(named), named.length + 4);
  return chunk;
}
