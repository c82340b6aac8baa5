import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logoPng, pngChunk } from '../../../../../testing/logo-picture.js';
import { logoImage } from './logo-image.js';

/** A JPEG's segments up to the one with the size: 320×90. */
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffffc2001108005a014003012200021101031101ffd9', 'hex');
const webp = (name: string, body: string) => {
  const content = Buffer.from(body.padEnd(36, '0'), 'hex');
  const head = Buffer.from(`RIFF....WEBP${name}....`, 'latin1');
  head.writeUInt32LE(head.length - 8 + content.length, 4);
  head.writeUInt32LE(content.length, 16);
  return Buffer.concat([head, content]);
};

describe('a logo is what its bytes say', () => {
  it.each([
    ['png', logoPng(300, 40), { type: 'image/png', widthPx: 300, heightPx: 40, isAnimated: false }],
    ['jpeg', JPEG, { type: 'image/jpeg', widthPx: 320, heightPx: 90, isAnimated: false }],
    [
      'webp',
      webp('VP8 ', '3000009d012a40015a00'),
      { type: 'image/webp', widthPx: 320, heightPx: 90, isAnimated: false },
    ],
    [
      'webp without loss',
      webp('VP8L', '2f3f411600'),
      { type: 'image/webp', widthPx: 320, heightPx: 90, isAnimated: false },
    ],
    [
      'webp with flags',
      webp('VP8X', '100000003f0100590000'),
      { type: 'image/webp', widthPx: 320, heightPx: 90, isAnimated: false },
    ],
  ])('a %s, with its size', (_, bytes, image) => {
    expect(logoImage(bytes)).toEqual(image);
  });

  it('says of one that moves that it does', () => {
    const moves = logoPng(8, 8, [0, 0, 0], [pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))]);
    expect(logoImage(moves)?.isAnimated).toBe(true);
    expect(logoImage(webp('VP8X', '020000003f0100590000'))?.isAnimated).toBe(true);
  });

  it.each([
    ['an SVG with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(64))],
    ['a GIF', Buffer.from('474946383961400140010000'.padEnd(80, '0'), 'hex')],
    ['the name of a PNG alone', logoPng(8, 8).subarray(0, 8)],
    ['a PNG without data', logoPng(8, 8).subarray(0, 33)],
    ['a PNG of no width', logoPng(0, 8)],
    ['a JPEG without a frame', JPEG.subarray(0, 20)],
    ['nothing', Buffer.alloc(0)],
  ])('is nothing where it is %s', (_, bytes) => {
    expect(logoImage(bytes)).toBeNull();
  });

  it('never fails, whatever the bytes are', () => {
    const whole = [logoPng(4, 4), JPEG, webp('VP8X', '020000003f0100590000'), webp('VP8L', '2f3f411600')];
    const damaged = fc
      .tuple(fc.constantFrom(...whole), fc.nat(), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }))
      .map(([bytes, length, changes]) => {
        const copy = Uint8Array.from(bytes.subarray(0, 1 + (length % bytes.length)));
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const image = logoImage(bytes);
        if (image !== null) expect(image.widthPx * image.heightPx).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
